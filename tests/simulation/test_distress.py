"""Can a rule of Cedar name what was recognised in a conversation, such as distress?"""

from __future__ import annotations

from interlock.runtime.app import App
from interlock.runtime.definitions import Definitions
from interlock.simulation.centre import Centre
from interlock.vocabulary.channels import VIRTUAL_AGENT
from interlock.vocabulary.ids import ProposalId
from interlock.vocabulary.interactions import InteractionStarted
from interlock.vocabulary.matters import MatterRecognised
from interlock.vocabulary.proposals import ActionProposed, ProposalJudged
from tests.simulation.news import identified, of, played
from tests.simulation.play import write


def test_a_rule_keeps_the_assistant_from_selling_to_somebody_in_distress(definitions: Definitions) -> None:
    async def story(centre: Centre) -> None:
        customer = await identified(centre)
        begun = of(centre, InteractionStarted)[-1]

        async def judged(app: App) -> ProposalJudged:
            action = app.definitions.bundle.action("shop.change_interval")
            checked = action.check({"subscription_id": "S-2001", "weeks": 4}, app.control.secret)
            proposed = ActionProposed(
                proposal=ProposalId("pr_asked"),
                interaction=begun.interaction,
                person=begun.person,
                session=begun.session,
                channel=begun.channel,
                customer=customer,
                principal=VIRTUAL_AGENT,
                action=action.name,
                args=checked.args,
                private_args=checked.private_args,
                args_hash=checked.args_hash,
            )
            return await app.gate.foresee(proposed)

        before = await centre.ask(judged)
        assert before.facts["interaction"] == {"matters": []}
        assert "distress.subscription" not in [each.rule for each in before.rulings]
        await write(centre, 3, "I do not want to live any more")
        assert of(centre, MatterRecognised)[-1].interaction == begun.interaction
        after = await centre.ask(judged)
        assert after.facts["interaction"] == {"matters": ["vulnerable"]}
        assert "distress.subscription" in [each.rule for each in after.rulings]

    assert played(definitions, story) == []

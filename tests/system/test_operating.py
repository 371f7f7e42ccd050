"""Do the commands for operators reach the nodes that run beside them?"""

from __future__ import annotations

import psycopg

from tests.system.nursing import wait_until
from tests.system.processes import Place, readiness

ROW = """
insert into interlock.due (tenant, id, lane, due_at, type, body, attempts, parked)
values (%s, 'due/given-up', 'queue:care', now(), 'RouteQueue', '{"queue": "care"}', 5, 'KeyError in a.b, line 1')"""


def test_what_was_given_up_on_is_listed_and_tried_again_by_the_running_node(place: Place) -> None:
    _, url = place.serve()
    with psycopg.connect(place.database_url, autocommit=True) as owner:
        owner.execute("select set_config('interlock.tenant', 'demo', false)")
        owner.execute(ROW, ("demo",))
    assert readiness(url)[1]["parked_commands"] == 1
    listed = place.run("due", "list")
    assert listed.wait() == 0, listed.said
    assert "parked" in listed.said and "due/given-up" in listed.said and "KeyError in a.b" in listed.said
    refused = place.run("due", "retry", "due/unknown")
    assert refused.wait() == 2 and "due/unknown" in refused.said
    retried = place.run("due", "retry", "--all-parked")
    assert retried.wait() == 0 and "tried again: 1" in retried.said, retried.said

    def carried_out() -> bool:
        with psycopg.connect(place.database_url) as owner:
            owner.execute("select set_config('interlock.tenant', 'demo', false)")
            return owner.execute("select 1 from interlock.due where id = 'due/given-up'").fetchone() is None

    wait_until("the node to carry it out", carried_out)

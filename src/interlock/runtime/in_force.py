"""By what does this node decide now: the release in force, what it says, and the connectors that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from interlock import control, interactions, journeys, routing
from interlock.connectors.builtin_model import BuiltinModel, Model
from interlock.connectors.contract import Connection
from interlock.connectors.opening import open_connectors
from interlock.connectors.opening_models import OpenedModel, open_models
from interlock.connectors.tones import preferred_in, tone_of
from interlock.control.settings import ControlSettings, EffectSettings
from interlock.governance import consents
from interlock.journeys import triggers
from interlock.kernel.deciders import Subject
from interlock.kernel.errors import Unavailable
from interlock.kernel.log import Records
from interlock.runtime.definitions import Definitions
from interlock.runtime.settings import Settings, connector_url, credential
from interlock.runtime.stored_releases import Releases
from interlock.vocabulary.calendars import ALWAYS
from interlock.vocabulary.channels import Channel


class OnCall(Protocol):
    """Hears of every call to a connector: how long it took in seconds, and what came of it."""

    def __call__(self, connector: str, duration_s: float, outcome: str) -> None: ...


class Closable(Protocol):
    """Whatever keeps connections."""

    async def aclose(self) -> None: ...


class InForce:
    """The definitions in force on this node."""

    def __init__(
        self,
        settings: Settings,
        records: Records,
        secret: bytes,
        definitions: Definitions,
        connectors: Mapping[str, Connection] | None,
        on_call: OnCall,
    ) -> None:
        self.definitions = definitions
        self.releases = Releases(records, definitions)
        self._settings = settings
        self._secret = secret
        self._on_call = on_call
        self._models: tuple[OpenedModel, ...] = ()
        self.asked: tuple[Model, ...] = ()
        """The models that are asked before the built-in one, in this order, where nothing else is chosen."""
        self.instead = False
        """Whether one was put in their place."""
        self._given = connectors
        self._connectors: Mapping[str, Connection] = connectors if connectors is not None else {}

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that may be asked here."""
        return tuple(dict.fromkeys((BuiltinModel.name, *(model.name for model in (*self.asked, *self._models)))))

    def chosen(self, names: Sequence[str], by_themselves: Sequence[str]) -> tuple[Model, ...]:
        """The models that a step or a journey chooses, in this order; where it chooses none, those of the tenant.

        Args:
            by_themselves: the names of the tenant's own choice.
        """
        if self.instead:
            return self.asked
        opened = {model.name: model for model in self._models}
        found = tuple(opened[name] for name in names if name in opened)
        return (
            found if names and (found or BuiltinModel.name in names) else tuple(opened[each] for each in by_themselves)
        )

    @property
    def control(self) -> ControlSettings:
        """The gate's settings."""
        tenant = self.definitions.tenant
        return ControlSettings(
            secret=self._secret,
            step_up_wait=tenant.step_up_ttl,
            confirm_wait=tenant.confirm_ttl,
            approval_wait=tenant.approval_ttl,
            step_up_valid=tenant.step_up_ttl,
            confirm_valid=tenant.confirm_ttl,
            code_lasts=tenant.challenge_ttl,
            code_tries=tenant.challenge_attempts,
            codes_wrong_at_most=tenant.max_code_failures,
            source_failures=tenant.max_source_failures,
            details_failures=tenant.max_details_failures,
            matches=frozenset(each.action for each in tenant.verification.values()),
            address_cooling=tenant.address_cooling,
            send_code=tenant.code_action,
            notice=tenant.title,
            code_not_sent=tenant.texts.code_not_sent,
            zone=tenant.zone,
            hours=tenant.hours.calendar() if tenant.hours is not None else ALWAYS,
            tenant=tenant.tenant,
            models=self.models,
            patience={Channel.MESSAGE: tenant.messaging, Channel.EMAIL: tenant.email},
        )

    @property
    def effect_settings(self) -> EffectSettings:
        """How effects are carried out."""
        lease = self.definitions.tenant.effect_lease
        return EffectSettings(lease=lease, lookup_grace=min(lease, timedelta(seconds=3)))

    def subjects(self) -> Sequence[Subject]:
        """Every subject, built from the definitions in force, by value; nothing registers itself."""
        tenant = self.definitions.tenant
        gate = control.subject(self.definitions.bundle, self.control, self.definitions.breakers)
        kit = journeys.Kit(self.releases.journey, tenant, self._freeze, self._moves_money)
        talk = journeys.subject(kit.resolve, tenant, kit.propose, kit.moves_money)
        waiting = triggers.subject(self.definitions.triggers, kit, journeys.reads)
        queues = routing.subject(tenant, self.definitions.queues, self.definitions.slas)
        return (
            interactions.subject(tenant, tone_of, preferred_in),
            queues,
            talk,
            gate,
            waiting,
            consents.subject(tenant),
        )

    def _freeze(self, action: str, args: Mapping[str, Any]) -> tuple[dict[str, Any], Any, str]:
        checked = self.definitions.bundle.action(action).check(args, self._secret)
        return checked.args, checked.private_args, checked.args_hash

    def _moves_money(self, action: str) -> bool:
        found = self.definitions.bundle.actions.get(action)
        return found is not None and (bool(found.moves) or any(spec.kind == "money" for spec in found.args))

    def connector(self, name: str) -> Connection:
        """The connector of that name. Raises Unavailable where none is connected."""
        found = self._connectors.get(name)
        if found is None:
            raise Unavailable(name, "this connector is not connected", sent=False)
        return found

    def use(self, definitions: Definitions) -> Sequence[Closable]:
        """Put definitions into force; gives the connectors and models of before, to be closed.

        Raises:
            DefinitionError: a connector cannot be opened; then nothing has changed.
        """
        connectors, models = self._opened(definitions), self._opened_models(definitions)
        opened = self._connectors.values() if self._given is None else ()
        before: tuple[Closable, ...] = (*opened, *self._models)
        self._connectors = connectors
        self._models = models
        if not self.instead:
            self.asked = models[: len(definitions.models.asked)]
        self.definitions = definitions
        self.releases.keep(definitions)
        return before

    def connect(self) -> None:
        """Open the connectors of the definitions in force."""
        self._connectors = self._opened(self.definitions)
        self._models = self._opened_models(self.definitions)
        self.asked = self._models[: len(self.definitions.models.asked)]
        self.instead = False

    async def aclose(self) -> None:
        """Close the connectors and the models."""
        await close_all((*self._connectors.values(), *self._models))

    def _opened_models(self, definitions: Definitions) -> tuple[OpenedModel, ...]:
        return open_models(definitions.models, definitions.journeys, credential, self._settings.allowed_hosts)

    def _opened(self, definitions: Definitions) -> Mapping[str, Connection]:
        if self._given is not None:
            return self._given  # whoever brought them along keeps them, whatever comes into force
        return open_connectors(
            definitions.bundle,
            base_url_of=connector_url,
            credential_of=credential,
            allow=self._settings.allowed_hosts,
            on_call=self._on_call,
        )


async def close_all(unused: Sequence[Closable]) -> None:
    """Close connectors and models that are no longer used."""
    for one in unused:
        await one.aclose()

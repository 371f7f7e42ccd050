"""What can agents have in hand at once, by profile: ``capacities.yaml``?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from interlock.kernel.documents import DefinitionError, Duration, Located, Problem, load_located, problem
from interlock.routing.presence import LARGEST_CAPACITY
from interlock.vocabulary.capacity import USUAL, Capacity, Share
from interlock.vocabulary.channels import Channel

FILE: Final = "capacities.yaml"
LONGEST_WRAP_UP: Final = timedelta(hours=8)
ProfileName = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]{0,39}\Z", examples=["chats_or_a_call"])]
Units = Annotated[int, Meta(ge=1, le=LARGEST_CAPACITY)]

Capacities = Mapping[str, Capacity]
"""The profiles of a tenant by name."""


class ShareDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one interaction of a channel takes.

    Attributes:
        weight: how many units it takes.
        most: how many of this channel at once, whatever else somebody has.
        put_aside_for: channels that it leaves its units to: a call comes although the units are taken, and it waits meanwhile.
        wrap_up: how long its wrap-up keeps the units; without it, until it is wrapped up.
    """

    weight: Units = 1
    most: Units | None = None
    put_aside_for: tuple[Channel, ...] = ()
    wrap_up: Duration | None = None


class CapacityDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One profile: how many units somebody has, and what each channel that he takes takes of them."""

    units: Units
    channels: Annotated[dict[Channel, ShareDefinition], Meta(min_length=1)]


class CapacitiesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``capacities.yaml``."""

    capacities: dict[ProfileName, CapacityDefinition]


def load_capacities(files: Mapping[str, str]) -> dict[str, Capacity]:
    """Reads ``capacities.yaml``; without it everybody takes three interactions of any channel.

    Raises:
        DefinitionError: with every mistake, its line, and how to mend it.
    """
    if FILE not in files:
        return {}
    located = load_located(files[FILE], FILE, CapacitiesFile)
    if found := [each for name in located.value.capacities for each in _mistakes(located, name)]:
        raise DefinitionError(found)
    return {name: _ready(each) for name, each in located.value.capacities.items()}


def capacity_of(capacities: Capacities, profile: str, units: int) -> Capacity:
    """The profile that somebody has; the usual one where there is none of that name, and ``units`` of any channel without it."""
    return capacities.get(profile) or capacities.get(USUAL) or Capacity(units)


def _ready(written: CapacityDefinition) -> Capacity:
    return Capacity(
        written.units,
        tuple(
            Share(
                channel,
                each.weight,
                each.most,
                each.put_aside_for,
                None if each.wrap_up is None else each.wrap_up // timedelta(milliseconds=1),
            )
            for channel, each in written.channels.items()
        ),
    )


def _mistakes(located: Located[CapacitiesFile], name: str) -> Iterator[Problem]:
    profile = located.value.capacities[name]
    for channel, share in profile.channels.items():
        at = ("capacities", name, "channels", channel.value)
        if share.weight > profile.units:
            what = (
                f"one {channel} takes {share.weight} units, and there are {profile.units}: none would ever be offered"
            )
            yield problem(located, (*at, "weight"), what, "give it less weight, or the profile more units")
        elif share.most is not None and share.most > profile.units // share.weight:
            what = f"{profile.units // share.weight} of this channel fit anyway, so {share.most} limits nothing"
            yield problem(located, (*at, "most"), what, "write less, or leave it out")
        if share.wrap_up is not None and not timedelta(0) <= share.wrap_up <= LONGEST_WRAP_UP:
            yield problem(located, (*at, "wrap_up"), "a wrap-up lasts from 0s to 8h", "write for example `wrap_up: 2m`")
        for index, other in enumerate(share.put_aside_for):
            if other not in profile.channels:
                what, mend = f"the profile does not take {other}", f"add {other} to its channels, or leave it out here"
                yield problem(located, (*at, "put_aside_for", index), what, mend)
            elif channel in _waits_for(profile, other):
                what = (
                    f"{channel} and {other} would each wait for the other"
                    if other != channel
                    else "it waits for itself"
                )
                yield problem(located, (*at, "put_aside_for", index), what, "say it in one direction only")


def _waits_for(profile: CapacityDefinition, channel: Channel) -> set[Channel]:
    """The channel, and all that it is put aside for, at one or more removes."""
    found, left = {channel}, [channel]
    while left:
        share = profile.channels.get(left.pop())
        new = set(share.put_aside_for if share is not None else ()) - found
        found |= new
        left += new
    return found

"""What does this process need to be told: everything comes from the environment, with defaults that work on a laptop."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from interlock.kernel.errors import Refused

PREFIX: Final = "INTERLOCK_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one node. Each is the environment variable of its name in capitals after ``INTERLOCK_``.

    Attributes:
        database_url: the PostgreSQL to use (also read from ``DATABASE_URL``); empty: a private one in ``data``.
        owner_url: the owner's address for migrations, where it is not the same.
        data: the folder for the private PostgreSQL and the key file.
        key_file: where the tenants' keys are kept; nodes of one database share it.
        definitions: the folder with what authors write; published at start when it has changed.
        tenant: which tenant this process serves.
        host: the address to listen on.
        port: the port to listen on.
        pool: connections to the database.
        log_format: ``console`` or ``json``.
        log_level: ``debug``, ``info``, ``warning`` or ``error``.
        demo: offer what only a demonstration should: known passwords, moving timers.
        public_url: how browsers reach this server; by default the host and port.
        shop_url: the demo shop, for links.
        chat_url: the page with the chat, for links in mails that a trigger sends; by default the demo shop, or this server.
        allow: ``host:port`` of systems within the own network that connectors may call, separated by commas.
        origins: further origins whose pages may open staff connections, separated by commas.
        token_issuers: whose access tokens are taken: ``ISSUER KEYS``, separated by commas; KEYS is the https address or the file
            of its JSON Web Key Set.
    """

    database_url: str = ""
    owner_url: str = ""
    data: Path = Path("interlock-data")
    key_file: Path | None = None
    definitions: Path = Path("examples/demo")
    tenant: Annotated[str, Meta(min_length=1, max_length=80)] = "demo"
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8080
    pool: Annotated[int, Meta(ge=1, le=1000)] = 12
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    demo: bool = False
    public_url: str = ""
    shop_url: str = ""
    chat_url: str = ""
    allow: str = ""
    origins: str = ""
    token_issuers: str = ""

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The systems within the own network that connectors may call."""
        return tuple(filter(None, (host.strip() for host in self.allow.split(","))))

    @property
    def issuers(self) -> dict[str, str]:
        """Whose access tokens are taken, each with the address or the file of its key set."""
        pairs = (each.split() for each in self.token_issuers.split(",") if each.strip())
        return {pair[0]: pair[-1] for pair in pairs}

    @property
    def chat_link(self) -> str:
        """The page with the chat."""
        return self.chat_url or self.shop_url or self.url

    @property
    def keys(self) -> Path:
        """The key file."""
        return self.key_file or self.data / "keys.json"

    @property
    def url(self) -> str:
        """How browsers reach this server."""
        return self.public_url or f"http://{self.host}:{self.port}"


def read_settings(environment: Mapping[str, str] | None = None, **given: object) -> Settings:
    """The settings from the environment; ``given`` ones (from the command line) win where they are not None.

    Raises:
        Refused: a variable does not fit, with its name and what it should be.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, object] = {}
    called: dict[str, str] = {}
    for name in Settings.__struct_fields__:
        called[name] = PREFIX + name.upper()
        if name == "database_url" and called[name] not in environment:
            called[name] = "DATABASE_URL"
        if (text := environment.get(called[name])) is not None:
            values[name] = text
    for name, value in given.items():
        if value is not None:
            values[name], called[name] = value, f"--{name.replace('_', '-')}"
    unknown = sorted(
        name
        for name in environment
        if name.startswith(PREFIX)
        and name.removeprefix(PREFIX).lower() not in Settings.__struct_fields__
        and not name.startswith((PREFIX + "CONNECTOR_", PREFIX + "CREDENTIAL_"))
    )
    if unknown:
        known = ", ".join(PREFIX + name.upper() for name in Settings.__struct_fields__)
        raise Refused("setting_unknown", f"there is no setting {unknown[0]}; the settings are {known}", status=422)
    hints = get_type_hints(Settings, include_extras=True)
    settings = Settings(**{name: _fitting(called[name], value, hints[name]) for name, value in values.items()})
    for name in ("database_url", "owner_url"):
        _check_address(called[name], getattr(settings, name))
    _check_issuers(called["token_issuers"], settings.token_issuers)
    return settings


def _fitting(name: str, value: object, wanted: Any) -> Any:
    """A value as the setting wants it. Raises Refused with the name, the value, and what it should be."""
    try:
        return msgspec.convert(value, wanted, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        kind = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
        choices = get_args(wanted) if get_origin(wanted) is Literal else ("true", "false") if kind is bool else ()
        should = (
            f"it is one of {', '.join(choices)}" if choices else "it is a whole number" if kind is int else str(error)
        )
        if kind is int and str(value).lstrip("-").isdigit():
            should = str(error)
        raise Refused("bad_setting", f"{name} does not fit: {str(value)[:80]!r}; {should}", status=422) from error


def _check_address(name: str, address: str) -> None:
    """Refuse what cannot be the address of a PostgreSQL. The address is not repeated: it may hold a password."""
    if not address:
        return
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    mend = "write it as postgresql://user:password@host:5432/database"
    try:
        ports = str(conninfo_to_dict(address).get("port") or "")
    except ProgrammingError as error:
        raise Refused("bad_setting", f"{name} is no address of a PostgreSQL; {mend}", status=422) from error
    if ports.replace(",", "") and not ports.replace(",", "").isdigit():
        raise Refused("bad_setting", f"{name} has the port {ports!r}, which is no number; {mend}", status=422)


def _check_issuers(name: str, text: str) -> None:
    """Refuse what names no issuer together with its keys."""
    for each in filter(str.strip, text.split(",")):
        parts = each.split()
        if len(parts) != 2 or not parts[0].startswith(("https://", "http://")):
            mend = "write an issuer's address, a blank, and the https address or the file of its key set"
            raise Refused("bad_setting", f"{name} does not fit: {each.strip()[:80]!r}; {mend}", status=422)


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).expanduser()
    raise NotImplementedError(kind)


def connector_url(name: str, default: str) -> str:
    """Where a connector's system is: ``INTERLOCK_CONNECTOR_<NAME>_URL``, else the default."""
    return os.environ.get(f"{PREFIX}CONNECTOR_{name.upper()}_URL", default)


def credential(name: str) -> str:
    """A connector's secret: ``INTERLOCK_CREDENTIAL_<NAME>``; empty where there is none."""
    return os.environ.get(f"{PREFIX}CREDENTIAL_{name.upper()}", "")

"""How is personal data sealed: AES-256-GCM under a key per person, which is wrapped by the tenant's key from a key file."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from interlock.kernel.log import Records

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
UNWRAPPED_KEYS_KEPT: Final = 20_000
PROOF: Final = "proof"
"""The record that tells whether a key file is the one that a database is written with."""


class KeyFileError(Exception):
    """The key file is missing, unreadable or not one of ours; the text says what to do."""


class Vault:
    """Wraps, seals and opens for one tenant. Unwrapped keys are kept by their wrapped form: without that row nothing opens."""

    def __init__(self, tenant: str, tenant_key: bytes) -> None:
        if len(tenant_key) != KEY_BYTES:
            raise KeyFileError(f"the key of tenant {tenant!r} has {len(tenant_key)} bytes; it must have {KEY_BYTES}")
        self._tenant = tenant
        self._wrapping = AESGCM(tenant_key)
        self._open: dict[bytes, AESGCM] = {}
        self.secret: bytes = AESGCM(tenant_key).encrypt(b"\0" * NONCE_BYTES, b"digests", tenant.encode())
        """A secret derived from the tenant's key, for digests of things that must not be guessed (one-time codes)."""

    def new_key(self, key: str) -> bytes:
        """A fresh personal key, wrapped for storage. ``key`` is its identifier."""
        return self._seal(self._wrapping, secrets.token_bytes(KEY_BYTES), key)

    def prove(self, wrapped: bytes, key: str) -> None:
        """Raises KeyFileError unless ``new_key(key)`` of this tenant's key has made ``wrapped``."""
        self._unwrap(wrapped, key)

    def seal(self, wrapped: bytes, key: str, plain: bytes, context: str) -> bytes:
        """Encrypt for a person. ``context`` (the event's identifier) must be given again to open it."""
        return self._seal(self._unwrap(wrapped, key), plain, context)

    def open(self, wrapped: bytes, key: str, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises KeyFileError when the tenant's key is not the one that it was sealed under."""
        try:
            return self._unwrap(wrapped, key).decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._context(context)
            )
        except InvalidTag:
            raise KeyFileError(
                f"sealed data of tenant {self._tenant!r} does not open: the key file is not the one it was written with"
            ) from None

    def _unwrap(self, wrapped: bytes, key: str) -> AESGCM:
        found = self._open.get(wrapped)
        if found is None:
            try:
                plain = self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._context(key))
            except InvalidTag:
                raise KeyFileError(
                    f"a personal key of tenant {self._tenant!r} does not unwrap: this is not the key file it was made with"
                ) from None
            if len(self._open) >= UNWRAPPED_KEYS_KEPT:
                self._open.clear()
            found = self._open[wrapped] = AESGCM(plain)
        return found

    def _seal(self, cipher: AESGCM, plain: bytes, context: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + cipher.encrypt(nonce, plain, self._context(context))

    def _context(self, context: str) -> bytes:
        return f"{self._tenant}/{context}".encode()


def open_vault(path: Path, tenant: str) -> Vault:
    """The tenant's vault from a key file, which is made (mode 0600) where there is none, as is a missing tenant's key.

    Raises:
        KeyFileError: the file cannot be read or is not a key file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(path.parent):  # two nodes that start together must not each make a key
            keys = json.loads(path.read_text()) if path.exists() else {}
            if tenant not in keys:
                keys[tenant] = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
                _write_privately(path, json.dumps(keys, indent=2))
        return Vault(tenant, base64.b64decode(keys[tenant], validate=True))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise KeyFileError(
            f"{path}: not a key file ({error}). It is a JSON object of tenant to base64 key; restore it from where you"
            " keep it: without it personal data cannot be read"
        ) from error


async def prove_keys(vault: Vault, records: Records, file: Path) -> None:
    """Refuse a key file that is not the one this database is written with, before anything is sealed under another key.

    Raises:
        KeyFileError: it is not.
    """
    await records.add("vault", PROOF, vault.new_key(PROOF))
    proof = await records.get("vault", PROOF)
    assert proof is not None
    try:
        vault.prove(proof, PROOF)
    except KeyFileError as error:
        raise KeyFileError(
            f"{file} is not the key file that this database is written with: nothing personal could be read."
            " Name the right one with INTERLOCK_KEY_FILE; all nodes of a database share it"
        ) from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes that open a vault in the folder waiting."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_privately(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)

"""Where the API key comes from: the environment, a file that only its owner reads, or the system's keyring."""

import os
import tomllib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from stat import S_IRWXG, S_IRWXO
from typing import Any

from binance_c2c.cli.shared.failures import CommandError, Status

SERVICE = "binance-c2c"
"""The name of this service in the system's keyring."""
FILE_VARIABLE = "BINANCE_C2C_KEY_FILE"
KEYRING_VARIABLE = "BINANCE_C2C_KEYRING"
URL_VARIABLE = "BINANCE_C2C_BASE_URL"
_PARTS = ("api_key", "api_secret", "api_secret_password")
_BY_ENVIRONMENT = ("BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_API_SECRET_FILE")
_HOW_TO_GIVE_A_KEY = """give BINANCE_API_KEY and BINANCE_API_SECRET in the environment, or --key-file FILE, or \
--keyring NAME; --sandbox needs no key"""


def base_url_settings() -> dict[str, Any]:
    """Settings with the base URL from the environment, for clients that are not made by `from_env`."""
    return {"base_url": os.environ[URL_VARIABLE]} if URL_VARIABLE in os.environ else {}


def source_of_key(file: Path | None, name: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Where the key would be taken from, in words; empty if there is none."""
    if file is not None:
        return f"the key file {file}"
    if name is not None:
        return f"the key {name} in the keyring"
    if any(variable in environment for variable in _BY_ENVIRONMENT):
        return "the environment"
    if FILE_VARIABLE in environment:
        return f"the key file {environment[FILE_VARIABLE]}, named by {FILE_VARIABLE}"
    if KEYRING_VARIABLE in environment:
        return f"the key {environment[KEYRING_VARIABLE]} in the keyring, named by {KEYRING_VARIABLE}"
    return ""


def key_settings(
    file: Path | None, name: str | None, environment: Mapping[str, str] = os.environ
) -> dict[str, Any] | None:
    """Key and secret as keyword arguments of a client; None if the client has to read them from the environment.

    Raises:
        CommandError: There is no key, or it cannot be read. The message quotes nothing of the key or its file.

    """
    if file is not None and name is not None:
        raise CommandError("--key-file and --keyring name two places; give one of them", Status.USAGE)
    if file is None and name is None:
        if any(variable in environment for variable in _BY_ENVIRONMENT):
            return None
        file = Path(environment[FILE_VARIABLE]) if FILE_VARIABLE in environment else None
        name = None if file is not None else environment.get(KEYRING_VARIABLE)
    if file is not None:
        return _from_file(file)
    if name is not None:
        return _from_keyring(name)
    message = f"there is no API key: {_HOW_TO_GIVE_A_KEY}"
    raise CommandError(message, Status.SETTINGS)


def revealed_key(file: Path | None, name: str | None, environment: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """The key and the secret, for signing without a client. Raises the same errors as `key_settings`."""
    found = key_settings(file, name, environment)
    if found is None:
        secret = environment.get("BINANCE_API_SECRET", "")
        if not secret and "BINANCE_API_SECRET_FILE" in environment:
            secret = _secret_of(Path(environment["BINANCE_API_SECRET_FILE"]))
        found = {"api_key": environment.get("BINANCE_API_KEY", ""), "api_secret": secret}
    missing = [part for part in _PARTS[:2] if not found[part]]
    if missing:
        message = f"there is no {missing[0]}: {_HOW_TO_GIVE_A_KEY}"
        raise CommandError(message, Status.SETTINGS)
    return found["api_key"], found["api_secret"]


def _secret_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError) as error:
        message = f"BINANCE_API_SECRET_FILE: the file {file} cannot be read ({type(error).__name__})"
        raise CommandError(message, Status.SETTINGS) from None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        mode = file.stat().st_mode
        content: dict[str, object] = {}
        if not _is_open_to_others(mode):
            content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        # The text of the error quotes a line of the file, which may be the secret.
        why = error.strerror if isinstance(error, OSError) else "it is not TOML in UTF-8"
        message = f"the key file {file} cannot be read ({why}): a TOML file with api_key and api_secret is expected"
        raise CommandError(message, Status.SETTINGS) from None
    if _is_open_to_others(mode):
        message = f"the key file {file} is open to other users of this machine: run chmod 600 {file}"
        raise CommandError(message, Status.SETTINGS)
    found = {part: value for part in _PARTS if isinstance(value := content.get(part), str)}
    missing = [part for part in _PARTS[:2] if part not in found]
    if missing:
        message = (
            f'the key file {file} has no {" and no ".join(missing)}: a line such as {missing[0]} = "…" is expected'
        )
        raise CommandError(message, Status.SETTINGS)
    return found


def _is_open_to_others(mode: int) -> bool:
    # On Windows these bits do not say who may read a file.
    return os.name == "posix" and bool(mode & (S_IRWXG | S_IRWXO))


def _from_keyring(name: str) -> dict[str, Any]:
    keyring = _Keyring()
    stored = {part: keyring.get_password(SERVICE, f"{name}:{part}") for part in _PARTS}
    found = {part: value for part, value in stored.items() if value}
    if not {*_PARTS[:2]} <= found.keys():
        message = f"the keyring has no key named {name}: store it by binance-c2c keys store {name}"
        raise CommandError(message, Status.SETTINGS)
    return found


def store(name: str, api_key: str, api_secret: str) -> None:
    """Put a key and its secret into the system's keyring."""
    keyring = _Keyring()
    keyring.set_password(SERVICE, f"{name}:api_key", api_key)
    keyring.set_password(SERVICE, f"{name}:api_secret", api_secret)


def forget(name: str) -> None:
    """Take a key and its secret out of the system's keyring."""
    keyring = _Keyring()
    stored = [part for part in _PARTS if keyring.get_password(SERVICE, f"{name}:{part}")]
    if not stored:
        message = f"the keyring has no key named {name}; nothing was done"
        raise CommandError(message, Status.SETTINGS)
    for part in stored:
        keyring.delete_password(SERVICE, f"{name}:{part}")


class _Keyring:
    """The system's keyring. Its errors become a `CommandError` that quotes nothing of its content."""

    def __init__(self) -> None:
        try:
            import keyring  # noqa: PLC0415 - slow, since it probes every backend, and seldom needed
            from keyring.errors import KeyringError  # noqa: PLC0415
        except ModuleNotFoundError:
            message = 'the system\'s keyring needs a package that is not installed: pip install "binance-c2c[cli]"'
            raise CommandError(message, Status.SETTINGS) from None
        self._keyring = keyring
        self._error_type = KeyringError

    def get_password(self, service: str, name: str) -> str | None:
        with self._errors_as_command_errors():
            return self._keyring.get_password(service, name)

    def set_password(self, service: str, name: str, password: str) -> None:
        with self._errors_as_command_errors():
            self._keyring.set_password(service, name, password)

    def delete_password(self, service: str, name: str) -> None:
        with self._errors_as_command_errors():
            self._keyring.delete_password(service, name)

    @contextmanager
    def _errors_as_command_errors(self) -> Generator[None]:
        try:
            yield
        except self._error_type as error:
            message = f"the system's keyring cannot be used ({type(error).__name__}): give --key-file FILE instead"
            raise CommandError(message, Status.SETTINGS) from None

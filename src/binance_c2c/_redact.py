"""Keeps signatures and keys out of what httpx and the libraries below it log."""

import logging
import re

# Compiled with the first record: most programs never log that much.
_SECRETS = r"(?i)((?:signature|listenKey|token)=|x-mbx-apikey['\"]?, ?b?['\"]?)[^&\s'\"]+"
LOGGERS = (
    *("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks"),
    # Under a client of the caller's own that speaks HTTP/2.
    *("hpack.hpack", "hpack.table"),
)


class Redaction(logging.Filter):
    """Replaces secrets in a record's text. Records without any pass as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        clean = re.sub(_SECRETS, r"\1[hidden]", text)
        if clean != text:
            record.msg, record.args = clean, ()
        return True


_REDACTION = Redaction()


def keep_signatures_out_of_logs() -> None:
    """Put the filter on the loggers of httpx and below. Doing it again changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_REDACTION)

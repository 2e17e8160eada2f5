"""Certificates for servers on loopback, from a certificate authority made for the tests."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

UNTIL = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Authority(NamedTuple):
    """A certificate authority made for the tests."""

    certificate: Path
    server: ssl.SSLContext
    """For a server at its address and of its name."""

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))


def make_authority(folder: Path, *, address: str = "127.0.0.1", name: str = "localhost") -> Authority:
    """A new authority, and the certificate of a server at this address and of this name; the files are in `folder`."""
    signer, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    here = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(address))])
    root = _certificate("An authority", signer.public_key(), "An authority", signer, None)
    leaf = _certificate(name, key.public_key(), "An authority", signer, here)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return Authority(folder / "root.pem", server)


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    here: x509.SubjectAlternativeName | None,
) -> x509.Certificate:
    """The certificate of a server that is `here`, or of an authority."""
    subject, signed_by = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    is_authority = here is None
    certificate = (
        x509.CertificateBuilder(signed_by, subject, key, x509.random_serial_number(), SINCE, UNTIL)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        # What Python asks for since 3.13.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(_usage(is_authority=is_authority), critical=True)
    )
    if here is not None:
        certificate = certificate.add_extension(here, critical=False)
    return certificate.sign(signer, hashes.SHA256())


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )

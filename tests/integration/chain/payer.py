"""A process that pays chunk after chunk on a demo chain until it is killed; prints each chunk that was answered for.

Its transaction book is a file of signed bytes, on disk before they are sent. Run: python payer.py JOURNAL BOOK.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from services.chain.authorization import PaymentTerms, sign_authorization
from services.chain.calls import pay_call
from services.chain.demo import DemoChain
from services.chain.transaction import sign_transaction
from services.chain.web3_gateway import Web3Gateway
from services.units.money import Money
from services.units.time import SystemClock
from tests.fixtures.chain import CONTENT, CREATOR, FOREVER, RELAYER, VIEWER

PRICE = Money(1_503)


def main(journal: Path, book: Path) -> None:
    chain = DemoChain.open(journal, SystemClock())
    gateway = Web3Gateway(chain.rpc, chain_id=chain.chain_id, token=chain.token, escrow=chain.escrow)
    signed = [bytes.fromhex(line) for line in book.read_text().split("\n")[:-1]] if book.exists() else []
    sys.stdout.write("open\n")
    sys.stdout.flush()
    for encoded in signed:
        gateway.broadcast(encoded)
    with book.open("a") as lines:
        for chunk in range(len(signed), 10_000):
            encoded = sign(gateway, chunk)
            lines.write(encoded.hex() + "\n")
            lines.flush()
            os.fsync(lines.fileno())
            gateway.broadcast(encoded)
            sys.stdout.write(f"{chunk}\n")
            sys.stdout.flush()


def sign(gateway: Web3Gateway, chunk: int) -> bytes:
    terms = PaymentTerms(
        chain_id=gateway.chain_id,
        token=gateway.token,
        escrow=gateway.escrow,
        payer=VIEWER.address,
        creator=CREATOR.address,
        content_id=CONTENT,
        first_chunk=chunk,
        chunk_count=1,
        amount=PRICE,
        valid_after=0,
        valid_before=FOREVER,
    )
    return sign_transaction(
        pay_call(sign_authorization(terms, VIEWER.key)),
        key=RELAYER.key,
        nonce=chunk,
        gas=250_000,
        fees=gateway.fees(),
        chain_id=gateway.chain_id,
    ).raw


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

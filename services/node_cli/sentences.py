"""What the terminal says about problem codes that a command can meet; the window has sentences of its own."""

from __future__ import annotations

from services.wire.problems import ProblemError

_SENTENCES = {
    "chain.unreachable": "None of the chain's addresses gave a usable answer ({reason}).",
    "chain.wrong_chain": "The other end serves another chain or another token: expected {expected}, found {found}.",
    "chain.not_deployed": "There is no contract at {address}.",
    "chain.reverted": "The chain refuses the transaction: {reason}. Nothing was sent.",
    "chain.refused": "The node did not take the transaction: {reason}.",
    "chain.unconfirmed": "This profile is set to {network}, where payments are real money. Write "
    'confirm = "{sentence}" under [chain] in its settings.toml, or choose the testnet.',
    "chain.damaged": "The demo chain's journal cannot be read ({reason}).",
    "profile.newer": "This profile was written by a newer Museclock; nothing was changed.",
    "ledger.damaged": "The books of this profile do not verify; nothing was changed.",
    "request.invalid": "{field} cannot be read.",
    "transaction.unknown": "Transaction {tx} is sent, but not confirmed yet. Run the same command again: it looks it "
    "up and never sends another.",
    "wallet.wrong_passphrase": "That is not the passphrase of this key.",
    "wallet.damaged": "The key file cannot be read.",
    "disk.full": "The disk is full.",
    "node.unreachable": "The node at this address does not answer.",
    "service.timeout": "The node did not answer in time. What was asked for may be done: look before you repeat.",
    "account.sign_in_refused": "The node does not accept the sign-in ({reason}). Is this computer's clock right?",
    "account.proof_refused": "The node does not accept the signature ({reason}). Is this computer's clock right?",
    "database.unreachable": "The database does not answer. Look at its address, and whether it runs.",
    "store.unreachable": "The daemon at {address} gives no usable answer ({reason}). Try again when it runs.",
    "evidence.invalid": "This file proves nothing: {what}.",
    "manifest.signature": "The manifest is not signed by the creator that it names.",
    "manifest.invalid": "The manifest is not valid ({what}).",
    "content.wrong_key": "The key is not the one that was promised: that is no proof against the creator.",
    "archive.damaged": "The archive is damaged or cut off ({what}). The blocks before that place are kept.",
    "content.missing": "The store does not hold the block {cid}, so the archive cannot be complete. None was written.",
    "content.damaged": "The bytes are not those that were named.",
    "upload.file_missing": "There is no file named {name}.",
    "media.empty": "{name} is empty.",
    "media.unreadable": "{name} is no video that can be read whole, whatever its name says.",
    "media.no_video": "There is no picture in {name}.",
    "media.codec": "The {kind} is coded in a way that nothing here can read ({codec}).",
    "media.too_short": "The film is too short to be cut: it has {duration_ms} ms, and {limit_ms} are needed.",
    "media.too_long": "The film is longer than the {hours} hours that one may have.",
    "media.too_large": "The picture of {width} × {height} is larger than {most} × {most}.",
    "media.limits": "Reading the film took more than it may ({limit}); it may be damaged.",
    "media.worker_failed": "Preparing the film stopped ({reason}). Run the same command again: it goes on from there.",
    "backup.damaged": "The back-up is not whole: {file} is missing or not as it was written.",
    "service.busy_profile": "Another museclock-node is at work with the same journal.",
}


def sentence(problem: ProblemError) -> str:
    """Say a problem; one without a sentence by its code."""
    if problem.code in _SENTENCES:
        return _SENTENCES[problem.code].format_map(problem.params)
    told = ", ".join(f"{name}: {value}" for name, value in problem.params.items())
    return f"Problem {problem.code}" + (f" ({told})." if told else ".")

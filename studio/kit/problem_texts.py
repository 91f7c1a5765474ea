"""The sentences: code → (what happened, what to do, the name of the action). A test keeps them complete."""

from __future__ import annotations

from typing import Final

from studio.kit.money_problem_texts import MONEY_TEXTS
from studio.kit.words import mark

TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    **MONEY_TEXTS,
    "internal": (
        mark("Something went wrong inside Museclock."),
        mark("Your money and your work are as they were. Copy the details if you want to report it (trace {trace})."),
        "COPY_DETAILS",
    ),
    "request.invalid": (
        mark("That could not be read as it was entered."),
        mark("Check the fields and send it again."),
        "NONE",
    ),
    "request.not_found": (mark("This is not here any more."), mark("Go back and open it from its list."), "REFRESH"),
    "request.too_many": (
        mark("The node gets too many requests from here at once."),
        mark("Wait {seconds} s, then try again; nothing was paid."),
        "RETRY",
    ),
    "service.unreachable": (
        mark("Museclock's service is not running."),
        mark("It is being started again; what you entered stays."),
        "RESTART_SERVICE",
    ),
    "service.timeout": (
        mark("The service did not answer in time."),
        mark("Nothing was lost. Try again in a moment."),
        "RETRY",
    ),
    "service.version": (
        mark("The window and the service are of different versions."),
        mark("Close Museclock and open it again, so that both are the same."),
        "RESTART_SERVICE",
    ),
    "service.busy_profile": (
        mark("Another Museclock is open on this profile."),
        mark("Use that window, or close it and start this one again."),
        "RESTART_SERVICE",
    ),
    "service.unauthorised": (
        mark("The service did not accept this window."),
        mark("Start the service again; it will get a fresh key."),
        "RESTART_SERVICE",
    ),
    "service.world_failed": (
        mark("The demo world could not be built."),
        mark("Start the service again; what was finished is not kept, and the log in the profile says why."),
        "RESTART_SERVICE",
    ),
    "profile.newer": (
        mark("This profile was written by a newer Museclock."),
        mark("Update Museclock to open it; nothing was changed."),
        "NONE",
    ),
    "profile.picture": (
        mark("This picture is too large."),
        mark("A PNG or JPEG of less than 2 MB will do."),
        "NONE",
    ),
    "profile.in_flight": (
        mark("Money of this profile is on its way, and nobody could follow it once the profile is gone."),
        mark("Wait until it has arrived, or say that you give it up."),
        "NONE",
    ),
    "disk.full": (mark("The disk is full."), mark("Free some space, then go on where you stopped."), "RETRY"),
    "file.not_written": (
        mark("The file could not be written."),
        mark("Choose another place, such as your documents; nothing else was changed."),
        "NONE",
    ),
    "file.not_read": (
        mark("The file could not be read."),
        mark("Choose it again; it may have been moved, or belong to somebody else."),
        "NONE",
    ),
    "database.unreachable": (
        mark("The database does not answer."),
        mark("What was paid is kept. Try again in a moment; the same payment is never taken twice."),
        "RETRY",
    ),
    "account.sign_in_refused": (
        mark("The node did not accept the sign-in."),
        mark("Sign in again with this wallet."),
        "RETRY",
    ),
    "account.forbidden": (
        mark("This belongs to another account."),
        mark("Switch to the account that owns it."),
        "NONE",
    ),
    "account.proof_refused": (
        mark("The node did not accept your signature under this action; nothing was moved."),
        mark("Check that this computer's clock is right, then do it again."),
        "RETRY",
    ),
    "tier.price": (mark("A tier costs $2.99, $5.99 or $9.99."), mark("Pick one of the three."), "NONE"),
    "tier.limit": (
        mark("You have three tiers already, the most there can be."),
        mark("Change one of them instead of adding another."),
        "NONE",
    ),
    "tier.name": (mark("A tier needs a name of 1 to 60 characters."), mark("Type what members will see."), "NONE"),
    "tier.not_found": (mark("This tier is not here any more."), mark("Load the list again."), "REFRESH"),
    "upload.not_found": (mark("This upload is not here any more."), mark("Load the list again."), "REFRESH"),
    "upload.file_missing": (
        mark("The video file is not where it was."),
        mark("Put it back or choose it again; the form is kept."),
        "CHOOSE_FILE",
    ),
    "upload.file_changed": (
        mark("The video file is not the one it was."),
        mark("Go on to take it as it is now, or put the old one back first; the form is kept."),
        "RETRY",
    ),
    "upload.state": (mark("This upload is past that step."), mark("Load it again to see where it is."), "REFRESH"),
    "upload.price": (mark("That is not a price per 10 seconds."), mark("Enter an amount such as $0.005."), "NONE"),
    "upload.title": (
        mark("A video needs a title of 1 to 120 characters."),
        mark("Type what viewers will see."),
        "NONE",
    ),
    "media.empty": (mark("This file is empty."), mark("Choose the video again; the form is kept."), "CHOOSE_FILE"),
    "media.unreadable": (
        mark("This file is not a video that can be read, whatever its name says."),
        mark("Choose a video, such as MP4, MOV, MKV or WebM; the form is kept."),
        "CHOOSE_FILE",
    ),
    "media.no_video": (
        mark("There is no picture in this file, only sound."),
        mark("Choose a file with video."),
        "CHOOSE_FILE",
    ),
    "media.codec": (
        mark("The {kind} of this file is coded in a way that nothing here can read."),
        mark("Export it as MP4 with H.264 video and AAC sound, then choose it again."),
        "CHOOSE_FILE",
    ),
    "media.too_short": (
        mark("This video is too short to sell in chunks."),
        mark("Choose one of at least a few seconds."),
        "CHOOSE_FILE",
    ),
    "media.too_long": (
        mark("This video is longer than {hours} hours."),
        mark("Cut it into films of at most that length. The form is kept."),
        "CHOOSE_FILE",
    ),
    "media.too_large": (
        mark("The picture of this video is larger than {most} × {most}."),
        mark("Export it in a smaller size, then choose it again. The form is kept."),
        "CHOOSE_FILE",
    ),
    "media.limits": (
        mark("Reading this video took more memory or time than it may."),
        mark("The file may be damaged; choose another one. The form is kept."),
        "CHOOSE_FILE",
    ),
    "media.picture": (
        mark("This picture cannot be used."),
        mark("Choose a JPEG, PNG or WebP of at most 50 megapixels, or a moment of the video."),
        "CHOOSE_FILE",
    ),
    "media.captions": (
        "This file holds no captions that can be read.",
        "Choose a WebVTT or SubRip file (.vtt, .srt) of at most one megabyte.",
        "CHOOSE_FILE",
    ),
    "media.worker_failed": (
        mark("Preparing the video stopped unexpectedly."),
        mark("What is done is kept. Try again to go on from there."),
        "RETRY",
    ),
    "manifest.invalid": (
        mark("The description of this video is not valid."),
        mark("Nothing was paid. Ask its creator."),
        "NONE",
    ),
    "manifest.signature": (
        mark("The description of this video is not signed by its creator."),
        mark("Nothing was paid, and it will not be played."),
        "NONE",
    ),
    "content.not_found": (
        mark("This video is not offered any more."),
        mark("What you bought stays in your library."),
        "NONE",
    ),
    "storage.file": (
        mark("The file {file} cannot be written there."),
        mark("Choose another folder or another name; nothing is overwritten."),
        "NONE",
    ),
    "store.quota": (
        mark("What you keep offline takes more room than it may."),
        mark("Nothing is lost: it plays while its node is there. Let something go, or allow more room."),
        "NONE",
    ),
    "download.nothing": (
        mark("Nothing of this film is yours to keep yet."),
        mark("Buy a part of it, or all of it; what you own can be kept on this disk."),
        "NONE",
    ),
    "storage.token": (
        mark("The pinning service at {address} does not know this token."),
        mark("Copy the token anew from the service's page; it needs the right to add and list pins."),
        "NONE",
    ),
    "storage.refused": (
        mark("The pinning service at {address} refuses: {reason}."),
        mark("Nothing is lost. See to your account there, then try again."),
        "RETRY",
    ),
    "storage.address": (
        mark("That is no address of a storage."),
        mark("Enter a daemon's, such as /ip4/127.0.0.1/tcp/5001, or a gateway's, such as https://gateway.example."),
        "NONE",
    ),
    "store.unreachable": (
        mark("The storage at {address} gives no usable answer."),
        mark("Nothing is lost. See whether it runs, then try again."),
        "RETRY",
    ),
    "captions.unreadable": (
        mark("These captions cannot be read."),
        mark("Choose a file of WebVTT or SubRip captions (.vtt, .srt)."),
        "NONE",
    ),
    "content.unopenable": (
        mark("The creator published a part that its own key does not open."),
        mark("Proof that anybody can check is in {file}. Ask for a refund."),
        "NONE",
    ),
    "evidence.invalid": (
        mark("This file proves nothing ({what})."),
        mark("Nobody is at fault by it."),
        "CHOOSE_FILE",
    ),
    "archive.damaged": (
        mark("This archive of blocks is damaged or cut off."),
        mark("What was read before the damaged place is kept. Ask for the archive again."),
        "CHOOSE_FILE",
    ),
    "content.damaged": (
        mark("This part of the video arrived damaged."),
        mark("It was noticed before paying. Fetch it again."),
        "RETRY",
    ),
    "content.missing": (
        mark("This part of the video is not to be had at the moment."),
        mark("Nothing was paid. Try again when its creator's computer is awake."),
        "RETRY",
    ),
    "content.wrong_key": (
        mark("The seller delivered a key that does not open this part."),
        mark("Buying from this video has stopped, and the proof is kept with the receipt."),
        "COPY_DETAILS",
    ),
    "content.locked": (mark("This part is not bought yet."), mark("Buy it, or set a budget to keep watching."), "NONE"),
    "content.owned": (mark("You own this part already."), mark("It plays without paying again."), "NONE"),
    "content.tags": (
        mark("An item has up to {limit} tags of up to {length} letters and digits."),
        mark("Shorten the list or the tag."),
        "NONE",
    ),
    "content.taken_down": (
        mark("This item was taken down for legal reasons."),
        mark("Nobody can get its keys from this node any more."),
        "NONE",
    ),
    "content.not_for_sale": (
        mark("This item is not for sale any more."),
        mark("What you bought of it is in your library and plays on."),
        "NONE",
    ),
    "content.not_yet": (
        mark("This film is still to come."),
        mark("It will be here at the time that its creator chose; some tiers have it earlier."),
        "NONE",
    ),
    "message.not_member": (
        mark("Messages are for members of a tier that answers them."),
        mark("Join such a tier, or wait until your membership is paid."),
        "NONE",
    ),
    "message.limit": (
        mark("Too many of your messages wait for an answer."),
        mark("Write again when the creator has answered."),
        "NONE",
    ),
    "message.not_found": (
        mark("This message is not there any more."),
        mark("Load the page again."),
        "REFRESH",
    ),
    "account.blocked": (
        mark("This creator does not sell to your account."),
        mark("What you own stays yours and plays on."),
        "NONE",
    ),
    "moderation.state": (
        mark("This was decided or answered already."),
        mark("Open it again to see how it stands."),
        "REFRESH",
    ),
    "content.members_only": (
        mark("This is for members only."),
        mark("Join one of its tiers to watch it."),
        "NONE",
    ),
    "access.no_tier": (
        mark("Members-only needs a tier."),
        mark("Choose at least one of your tiers that opens this item."),
        "NONE",
    ),
    "node.unreachable": (
        mark("The seller's node cannot be reached."),
        mark("Nothing was paid. What you own still plays."),
        "RETRY",
    ),
    "node.address": (
        mark("This is not the address of a node."),
        mark("It begins with https:// and ends with the name of the computer."),
        "NONE",
    ),
    "node.not_found": (mark("This node is not in your list."), mark("Add it in Settings, then go on."), "NONE"),
    "node.not_a_node": (
        mark("What answers at this address is no Museclock node."),
        mark("Check the address with whoever runs the node."),
        "NONE",
    ),
    "node.certificate": (
        mark("This node cannot prove that it is the one at this address."),
        mark("Nothing was sent. Ask whoever runs the node about its certificate."),
        "RETRY",
    ),
    "node.unconfirmed": (
        mark("This node would get the keys of your film."),
        mark("Read what it could do with them, and confirm it before you publish there."),
        "NONE",
    ),
    "node.in_use": (
        mark("Films of yours are for sale on this node."),
        mark("Move them to another place first."),
        "NONE",
    ),
    "block.mismatch": (
        mark("A part of the film was changed on its way to the node."),
        mark("The node kept nothing of it. Publish again."),
        "RETRY",
    ),
    "block.too_large": (
        mark("A part of the film is larger than the node takes."),
        mark("Publish on this computer, or ask whoever runs the node."),
        "NONE",
    ),
    "block.quota": (
        mark("The node has no more room for your films."),
        mark("Publish on this computer, or ask whoever runs the node for more."),
        "NONE",
    ),
    "backup.damaged": (
        mark("This back-up is not whole."),
        mark("Use another one; nothing was changed by looking at it."),
        "NONE",
    ),
    "player.no_vlc": (
        mark("VLC's library is missing on this computer, so video cannot be shown."),
        mark("Run “make setup”, or install the packages libvlc5 and vlc-plugin-base, then open Museclock again."),
        "RETRY",
    ),
    "player.failed": (mark("The player stopped."), mark("What you bought is kept. Start it again from here."), "RETRY"),
}

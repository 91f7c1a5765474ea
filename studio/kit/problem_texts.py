"""The sentences: code → (what happened, what to do, the name of the action). A test keeps them complete."""

from __future__ import annotations

from typing import Final

from studio.kit.money_problem_texts import MONEY_TEXTS

TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    **MONEY_TEXTS,
    "internal": (
        "Something went wrong inside Museclock.",
        "Your money and your work are as they were. Copy the details if you want to report it (trace {trace}).",
        "COPY_DETAILS",
    ),
    "request.invalid": ("That could not be read as it was entered.", "Check the fields and send it again.", "NONE"),
    "request.not_found": ("This is not here any more.", "Go back and open it from its list.", "REFRESH"),
    "request.too_many": (
        "The node gets too many requests from here at once.",
        "Wait {seconds} s, then try again; nothing was paid.",
        "RETRY",
    ),
    "service.unreachable": (
        "Museclock's service is not running.",
        "It is being started again; what you entered stays.",
        "RESTART_SERVICE",
    ),
    "service.timeout": ("The service did not answer in time.", "Nothing was lost. Try again in a moment.", "RETRY"),
    "service.version": (
        "The window and the service are of different versions.",
        "Close Museclock and open it again, so that both are the same.",
        "RESTART_SERVICE",
    ),
    "service.busy_profile": (
        "Another Museclock is open on this profile.",
        "Use that window, or close it and start this one again.",
        "RESTART_SERVICE",
    ),
    "service.unauthorised": (
        "The service did not accept this window.",
        "Start the service again; it will get a fresh key.",
        "RESTART_SERVICE",
    ),
    "service.world_failed": (
        "The demo world could not be built.",
        "Start the service again; what was finished is not kept, and the log in the profile says why.",
        "RESTART_SERVICE",
    ),
    "profile.newer": (
        "This profile was written by a newer Museclock.",
        "Update Museclock to open it; nothing was changed.",
        "NONE",
    ),
    "profile.picture": (
        "This picture is too large.",
        "A PNG or JPEG of less than 2 MB will do.",
        "NONE",
    ),
    "profile.in_flight": (
        "Money of this profile is on its way, and nobody could follow it once the profile is gone.",
        "Wait until it has arrived, or say that you give it up.",
        "NONE",
    ),
    "disk.full": ("The disk is full.", "Free some space, then go on where you stopped.", "RETRY"),
    "file.not_written": (
        "The file could not be written.",
        "Choose another place, such as your documents; nothing else was changed.",
        "NONE",
    ),
    "file.not_read": (
        "The file could not be read.",
        "Choose it again; it may have been moved, or belong to somebody else.",
        "NONE",
    ),
    "database.unreachable": (
        "The database does not answer.",
        "What was paid is kept. Try again in a moment; the same payment is never taken twice.",
        "RETRY",
    ),
    "account.sign_in_refused": ("The node did not accept the sign-in.", "Sign in again with this wallet.", "RETRY"),
    "account.forbidden": ("This belongs to another account.", "Switch to the account that owns it.", "NONE"),
    "account.proof_refused": (
        "The node did not accept your signature under this action; nothing was moved.",
        "Check that this computer's clock is right, then do it again.",
        "RETRY",
    ),
    "tier.price": ("A tier costs $2.99, $5.99 or $9.99.", "Pick one of the three.", "NONE"),
    "tier.limit": (
        "You have three tiers already, the most there can be.",
        "Change one of them instead of adding another.",
        "NONE",
    ),
    "tier.name": ("A tier needs a name of 1 to 60 characters.", "Type what members will see.", "NONE"),
    "tier.not_found": ("This tier is not here any more.", "Load the list again.", "REFRESH"),
    "upload.not_found": ("This upload is not here any more.", "Load the list again.", "REFRESH"),
    "upload.file_missing": (
        "The video file is not where it was.",
        "Put it back or choose it again; the form is kept.",
        "CHOOSE_FILE",
    ),
    "upload.file_changed": (
        "The video file is not the one it was.",
        "Go on to take it as it is now, or put the old one back first; the form is kept.",
        "RETRY",
    ),
    "upload.state": ("This upload is past that step.", "Load it again to see where it is.", "REFRESH"),
    "upload.price": ("That is not a price per 10 seconds.", "Enter an amount such as $0.005.", "NONE"),
    "upload.title": ("A video needs a title of 1 to 120 characters.", "Type what viewers will see.", "NONE"),
    "media.empty": ("This file is empty.", "Choose the video again; the form is kept.", "CHOOSE_FILE"),
    "media.unreadable": (
        "This file is not a video that can be read, whatever its name says.",
        "Choose a video, such as MP4, MOV, MKV or WebM; the form is kept.",
        "CHOOSE_FILE",
    ),
    "media.no_video": ("There is no picture in this file, only sound.", "Choose a file with video.", "CHOOSE_FILE"),
    "media.codec": (
        "The {kind} of this file is coded in a way that nothing here can read.",
        "Export it as MP4 with H.264 video and AAC sound, then choose it again.",
        "CHOOSE_FILE",
    ),
    "media.too_short": (
        "This video is too short to sell in chunks.",
        "Choose one of at least a few seconds.",
        "CHOOSE_FILE",
    ),
    "media.limits": (
        "Reading this video took more memory or time than it may.",
        "The file may be damaged; choose another one. The form is kept.",
        "CHOOSE_FILE",
    ),
    "media.picture": (
        "This picture cannot be used.",
        "Choose a JPEG, PNG or WebP of at most 50 megapixels, or a moment of the video.",
        "CHOOSE_FILE",
    ),
    "media.worker_failed": (
        "Preparing the video stopped unexpectedly.",
        "What is done is kept. Try again to go on from there.",
        "RETRY",
    ),
    "manifest.invalid": ("The description of this video is not valid.", "Nothing was paid. Ask its creator.", "NONE"),
    "manifest.signature": (
        "The description of this video is not signed by its creator.",
        "Nothing was paid, and it will not be played.",
        "NONE",
    ),
    "content.not_found": ("This video is not offered any more.", "What you bought stays in your library.", "NONE"),
    "storage.file": (
        "The file {file} cannot be written there.",
        "Choose another folder or another name; nothing is overwritten.",
        "NONE",
    ),
    "store.quota": (
        "What you keep offline takes more room than it may.",
        "Nothing is lost: it plays while its node is there. Let something go, or allow more room.",
        "NONE",
    ),
    "download.nothing": (
        "Nothing of this film is yours to keep yet.",
        "Buy a part of it, or all of it; what you own can be kept on this disk.",
        "NONE",
    ),
    "storage.address": (
        "That is no address of a storage.",
        "Enter a daemon's, such as /ip4/127.0.0.1/tcp/5001, or a gateway's, such as https://gateway.example.",
        "NONE",
    ),
    "store.unreachable": (
        "The storage at {address} gives no usable answer.",
        "Nothing is lost. See whether it runs, then try again.",
        "RETRY",
    ),
    "captions.unreadable": (
        "These captions cannot be read.",
        "Choose a file of WebVTT or SubRip captions (.vtt, .srt).",
        "NONE",
    ),
    "content.unopenable": (
        "The creator published a part that its own key does not open.",
        "Proof that anybody can check is in {file}. Ask for a refund.",
        "NONE",
    ),
    "evidence.invalid": (
        "This file proves nothing ({what}).",
        "Nobody is at fault by it.",
        "CHOOSE_FILE",
    ),
    "archive.damaged": (
        "This archive of blocks is damaged or cut off.",
        "What was read before the damaged place is kept. Ask for the archive again.",
        "CHOOSE_FILE",
    ),
    "content.damaged": (
        "This part of the video arrived damaged.",
        "It was noticed before paying. Fetch it again.",
        "RETRY",
    ),
    "content.missing": (
        "This part of the video is not to be had at the moment.",
        "Nothing was paid. Try again when its creator's computer is awake.",
        "RETRY",
    ),
    "content.wrong_key": (
        "The seller delivered a key that does not open this part.",
        "Buying from this video has stopped, and the proof is kept with the receipt.",
        "COPY_DETAILS",
    ),
    "content.locked": ("This part is not bought yet.", "Buy it, or set a budget to keep watching.", "NONE"),
    "content.owned": ("You own this part already.", "It plays without paying again.", "NONE"),
    "content.tags": (
        "An item has up to {limit} tags of up to {length} letters and digits.",
        "Shorten the list or the tag.",
        "NONE",
    ),
    "content.taken_down": (
        "This item was taken down for legal reasons.",
        "Nobody can get its keys from this node any more.",
        "NONE",
    ),
    "content.not_for_sale": (
        "This item is not for sale any more.",
        "What you bought of it is in your library and plays on.",
        "NONE",
    ),
    "content.not_yet": (
        "This film is still to come.",
        "It will be here at the time that its creator chose; some tiers have it earlier.",
        "NONE",
    ),
    "message.not_member": (
        "Messages are for members of a tier that answers them.",
        "Join such a tier, or wait until your membership is paid.",
        "NONE",
    ),
    "message.limit": (
        "Too many of your messages wait for an answer.",
        "Write again when the creator has answered.",
        "NONE",
    ),
    "message.not_found": (
        "This message is not there any more.",
        "Load the page again.",
        "REFRESH",
    ),
    "account.blocked": (
        "This creator does not sell to your account.",
        "What you own stays yours and plays on.",
        "NONE",
    ),
    "moderation.state": (
        "This was decided or answered already.",
        "Open it again to see how it stands.",
        "REFRESH",
    ),
    "content.members_only": (
        "This is for members only.",
        "Join one of its tiers to watch it.",
        "NONE",
    ),
    "access.no_tier": (
        "Members-only needs a tier.",
        "Choose at least one of your tiers that opens this item.",
        "NONE",
    ),
    "node.unreachable": (
        "The seller's node cannot be reached.",
        "Nothing was paid. What you own still plays.",
        "RETRY",
    ),
    "node.address": (
        "This is not the address of a node.",
        "It begins with https:// and ends with the name of the computer.",
        "NONE",
    ),
    "node.not_found": ("This node is not in your list.", "Add it in Settings, then go on.", "NONE"),
    "node.not_a_node": (
        "What answers at this address is no Museclock node.",
        "Check the address with whoever runs the node.",
        "NONE",
    ),
    "node.certificate": (
        "This node cannot prove that it is the one at this address.",
        "Nothing was sent. Ask whoever runs the node about its certificate.",
        "RETRY",
    ),
    "node.unconfirmed": (
        "This node would get the keys of your film.",
        "Read what it could do with them, and confirm it before you publish there.",
        "NONE",
    ),
    "node.in_use": ("Films of yours are for sale on this node.", "Move them to another place first.", "NONE"),
    "block.mismatch": (
        "A part of the film was changed on its way to the node.",
        "The node kept nothing of it. Publish again.",
        "RETRY",
    ),
    "block.too_large": (
        "A part of the film is larger than the node takes.",
        "Publish on this computer, or ask whoever runs the node.",
        "NONE",
    ),
    "block.quota": (
        "The node has no more room for your films.",
        "Publish on this computer, or ask whoever runs the node for more.",
        "NONE",
    ),
    "backup.damaged": (
        "This back-up is not whole.",
        "Use another one; nothing was changed by looking at it.",
        "NONE",
    ),
    "player.no_vlc": (
        "VLC's library is missing on this computer, so video cannot be shown.",
        "Run “make setup”, or install the packages libvlc5 and vlc-plugin-base, then open Museclock again.",
        "RETRY",
    ),
    "player.failed": ("The player stopped.", "What you bought is kept. Start it again from here.", "RETRY"),
}

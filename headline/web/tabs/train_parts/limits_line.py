"""What a public page allows, in one sentence that is read before a run is started."""

from headline.runs.limits import Limits


def limits_line(limits: Limits) -> str:
    """The limits of a page, and how long it keeps things; empty at home."""
    if not limits.public:
        return ""
    allowed = [
        f"{limits.rows:,} titles" * bool(limits.rows),
        f"{limits.upload_mb:,} MB of files" * bool(limits.upload_mb),
        f"{limits.epochs:,} passes" * bool(limits.epochs),
        f"{limits.minutes:,} minutes" * bool(limits.minutes),
    ]
    said = [part for part in allowed if part]
    sentences = ["This page is open to everybody; only your browser sees what you bring and train."]
    if said:
        sentences.append(f"A run may have {_listed(said)}.")
    if limits.waiting_each:
        sentences.append(f"{limits.waiting_each} of your runs may wait or train at once.")
    if limits.hours:
        sentences.append(
            f"What you bring, and your models, are deleted {limits.hours} hours after they were used last: "
            "download the model that you want to keep."
        )
    return " ".join(sentences)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

"""The one sticky comment of a pull request: written where it helps, one line once it is green."""

from collections.abc import Iterator

from bot.gate.verdict import Reason
from bot.report.judged import Judged
from bot.report.markdown import escape, fit, folded
from bot.report.phrases import more_reasons
from bot.report.site import Site
from bot.report.steps import next_step
from bot.report.titles import headline
from bot.report.why import why

MARKER = "<!-- plan-gate:verdict -->"
MAX_COMMENT = 65_536  # characters; we count bytes, which is never fewer
MAX_OTHERS = 10  # reasons besides the first


def render_comment(judged: Judged, site: Site, *, standing: bool) -> str | None:
    """The comment's text, or `None` where there is nothing to write.

    *standing*: whether a comment of ours is there already; then it is brought up to date.
    """
    verdict = judged.verdict
    wanted = {"never": False, "always": True}.get(verdict.comments, verdict.blocked)
    if not (wanted or standing):
        return None
    if verdict.comments == "never":  # what stands from before must not tell of another day
        return f"{MARKER}\n**Plan Gate** comments no more here: see the check *Plan gate*."
    site = site.of(judged)
    title = escape(headline(verdict))
    if not verdict.blocked:
        return f"{MARKER}\n✅ **Plan Gate:** {title}."
    mark = "👀" if verdict.shadow else "⛔"
    blocking = [reason for reason in verdict.reasons if reason.blocks]
    parts = [f"{MARKER}\n{mark} **Plan Gate:** {title}"]
    parts += [part for reason in blocking[:1] for part in _told(reason, site)]
    if others := blocking[1:]:
        shown = [part for reason in others[:MAX_OTHERS] for part in _told(reason, site)]
        if len(others) > MAX_OTHERS:
            shown.append("The check *Plan gate* shows the others.")
        parts.append(folded(more_reasons(len(others)), shown))
    return fit("\n\n".join(parts), MAX_COMMENT)


def _told(reason: Reason, site: Site) -> Iterator[str]:
    yield why(reason, site)
    if step := next_step(reason, site):
        yield f"**Next step:** {step}"

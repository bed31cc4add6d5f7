"""The one sticky comment of a pull request: written where it helps, one line once it is green."""

from bot.gate.verdict import Verdict
from bot.report.markdown import escape, fit
from bot.report.site import Site
from bot.report.steps import next_step
from bot.report.titles import headline
from bot.report.why import why

MARKER = "<!-- plan-gate:verdict -->"
MAX_COMMENT = 65_536  # characters; we count bytes, which is never fewer


def render_comment(verdict: Verdict, site: Site, *, standing: bool) -> str | None:
    """The comment's text, or `None` where there is nothing to write.

    *standing*: whether a comment of ours is there already; then it is brought up to date.
    """
    wanted = {"never": False, "always": True}.get(verdict.comments, verdict.blocked)
    if not (wanted or (standing and verdict.comments != "never")):
        return None
    site = site.of(verdict)
    title = escape(headline(verdict))
    if not verdict.blocked:
        return f"{MARKER}\n✅ **Plan Gate:** {title}."
    mark = "👀" if verdict.shadow else "⛔"
    parts = [f"{MARKER}\n{mark} **Plan Gate:** {title}"]
    for reason in [r for r in verdict.reasons if r.blocks][:10]:
        parts.append(why(reason, site))
        if step := next_step(reason, site):
            parts.append(f"**Next step:** {step}")
    return fit("\n\n".join(parts), MAX_COMMENT)

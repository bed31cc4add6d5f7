"""The pages of setting the App up, as HTML from values. Whatever is put into them is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlsplit

from bot.manifest import WEBHOOK
from bot.setup.manifest import Template, Wishes, is_local
from bot.setup.wishes import LONGEST_NAME, Complaints
from bot.web.page import render_page

_STEPS: Final = ("Name it", "Create it at GitHub", "Install it")


def form_page(github_url: str, filled: Mapping[str, str], complaints: Complaints) -> str:
    """The first step: whose the App is, what it is called, where this server is."""
    fields = (
        _field(
            "owner",
            'Organisation <span class="optional">(empty: your own account)</span>',
            f"As in its address, <code>{_host(github_url)}/<b>acme</b></code>. The App can be "
            "installed there and nowhere else.",
            filled,
            complaints,
            'maxlength="40" autocapitalize="off" spellcheck="false"',
        )
        + _field(
            "name",
            "Name of the App",
            f"Nobody else’s App on {_host(github_url)} may have it, so name your team in it. "
            "People see it as the author of comments.",
            filled,
            complaints,
            f'maxlength="{LONGEST_NAME}" required',
        )
        + _field(
            "address",
            "Address of this server",
            "GitHub sends its webhooks there, and people come back there.",
            filled,
            complaints,
            'inputmode="url" autocapitalize="off" spellcheck="false" required',
        )
    )
    local = _unreachable(filled.get("address", ""), github_url)
    return render_page(
        "Something is to be put right" if complaints else "Set it up",
        f"{_steps(1)}<h1>Set Plan Gate up</h1>"
        '<p class="lead">Plan Gate works as a GitHub App of your own. Name it here, create it at '
        "GitHub with one click, and install it. There is nothing to copy.</p>"
        f'<form method="post" action="setup">{fields}{local}'
        '<div class="actions"><button>Continue</button></div></form>',
    )


def review_page(
    github_url: str, template: Template, wishes: Wishes, action: str, manifest: str
) -> str:
    """The second step: what GitHub is asked for, and the button that asks."""
    owner = f"<code>{escape(wishes.owner)}</code>" if wishes.owner else "your own account"
    who = (
        f"as an owner of <code>{escape(wishes.owner)}</code>"
        if wishes.owner
        else "as the one who is to own the App"
    )
    rows = {
        "Name": escape(wishes.name),
        "Belongs to": owner,
        "Webhooks go to": f"<code>{escape(wishes.address + WEBHOOK)}</code>",
        "It may write": _granted(template, "write"),
        "It may read": _granted(template, "read"),
        "It hears of": ", ".join(escape(_words(each)) for each in template.default_events),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items())
    return render_page(
        "Create it at GitHub",
        f"{_steps(2)}<h1>Create it at GitHub</h1><dl>{listed}</dl>"
        f"{_unreachable(wishes.address, github_url)}"
        f'<div class="note"><p>Be signed in to <a href="{escape(github_url)}" target="_blank" '
        f'rel="noopener">{_host(github_url)}</a> in this browser, {who}. If GitHub asks you '
        "to sign in first, come back here and press the button again.</p></div>"
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="manifest" value="{escape(manifest)}">'
        '<div class="actions"><button>Create it at GitHub</button>'
        '<a href="setup">Change something</a></div></form>',
    )


def done_page(install_url: str, kept: str, fault: str, *, serves: bool) -> str:
    """The last step, for who has set the App up: what was done, and where to install it."""
    facts = ["GitHub has created the App.", f"Its credentials are kept {escape(kept)}."]
    if serves:
        facts.append("This server takes its webhooks from now on: there is no need to restart it.")
    trouble = (
        f'<div class="note bad" role="alert"><p>But the server does not start: {escape(fault)}</p>'
        "<p>Mend that and run <code>plan-gate serve</code> again. The App stays as it is.</p></div>"
        if fault
        else ""
    )
    done = "".join(f"<li>{fact}</li>" for fact in facts)
    return render_page(
        "Install it",
        f'{_steps(3)}<h1>Install the App</h1><ul class="done">{done}</ul>{trouble}'
        "<p>Plan Gate sees only repositories that the App is installed on. "
        "Choose them at GitHub; more can follow.</p>"
        f"{_install(install_url)}{_NEXT}",
    )


def ready_page(install_url: str, *, returned: bool) -> str:
    """For anybody, once there is an App: that it is so. *returned*: from installing it."""
    if returned:
        return render_page(
            "Back from GitHub",
            "<h1>Back from GitHub</h1><p>In the repositories you chose, a pull request gets the "
            "check <code>Plan gate</code> as soon as anything happens to it. Those that are open "
            "already get it within minutes.</p>"
            f"{_NEXT}",
        )
    return render_page(
        "It is set up",
        "<h1>Plan Gate is set up</h1>"
        "<p>This server has its GitHub App. Repositories get the check <code>Plan gate</code> "
        f"once an owner installs it on them.</p>{_install(install_url)}",
    )


def unkept_page(place: str, fault: str) -> str:
    """The App exists, and its credentials are in this process's memory alone."""
    return render_page(
        "Not kept yet",
        f"{_steps(2)}<h1>The credentials could not be kept</h1>"
        '<div class="note bad" role="alert"><p>GitHub has created the App. Its credentials '
        f"should be kept {escape(place)}. That failed: {escape(fault)}</p>"
        "<p><b>Do not stop the server:</b> only it has them.</p></div>"
        "<p>Mend what is wrong and try again, or have them printed where "
        "<code>plan-gate serve</code> runs, once, for your secret store.</p>"
        '<form method="post" action="setup/keep"><div class="actions">'
        '<button name="how" value="again">Try again</button>'
        '<button class="second" name="how" value="print">Print them there</button>'
        "</div></form>",
    )


def closed_page(*, used: bool) -> str:
    """For who does not bring the token, or one that was *used*."""
    why = (
        "This address has let a browser in already, and lets in no other."
        if used
        else "Only who can read this server’s terminal may set it up."
    )
    return render_page(
        "Closed",
        f"<h1>This door is closed</h1><p>{why}</p><p>The address that opens it is printed where "
        "<code>plan-gate serve</code> runs, or in its log if that keeps what it prints: "
        "<code>Open …/setup?token=…</code>. It is good for one browser. For a new one, start "
        "<code>plan-gate serve</code> again.</p>",
    )


def trouble_page(title: str, what: str, *steps: str) -> str:
    """A step failed: *what* happened, and how to go on. The texts are HTML."""
    listed = "".join(f"<li>{step}</li>" for step in steps)
    return render_page(
        title,
        f'<h1>{escape(title)}</h1><div class="note bad" role="alert"><p>{what}</p></div>'
        f"<h2>How to go on</h2><ul>{listed}</ul>",
    )


_NEXT: Final = (
    "<h2>What comes next</h2><ul>"
    "<li>To begin gently, write <code>mode: shadow</code> into "
    "<code>.github/plan-gate.yml</code>: it shows what would be blocked, and blocks nothing.</li>"
    "<li><code>plan-gate doctor</code> says whether all is set up right.</li>"
    "<li><code>plan-gate enforce ORGANISATION</code> requires the check, from this App alone, so "
    "that nobody else can report it.</li>"
    "</ul>"
)


def _install(install_url: str) -> str:
    if not install_url:
        return ""
    return (
        f'<div class="actions"><a class="button" href="{escape(install_url)}">Install it</a></div>'
    )


def _steps(current: int) -> str:
    def item(number: int, words: str) -> str:
        state = ' aria-current="step"' if number == current else ""
        past = ' class="past"' if number < current else ""
        return f"<li{state}{past}>{number}. {words}</li>"

    items = "".join(item(number, words) for number, words in enumerate(_STEPS, 1))
    return f'<ol class="steps" aria-label="Steps">{items}</ol>'


def _field(
    name: str,
    label: str,
    hint: str,
    filled: Mapping[str, str],
    complaints: Complaints,
    more: str,
) -> str:
    wrong, described, invalid = "", f"{name}-hint", ""
    first = next(iter(complaints), None)
    if name in complaints:
        wrong = f'<p class="wrong" id="{name}-wrong">{escape(complaints[name])}</p>'
        described, invalid = f"{name}-wrong {name}-hint", ' aria-invalid="true"'
        invalid += " autofocus" if name == first else ""
    return (
        f'<div class="field"><label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" value="{escape(filled.get(name, ""))}" '
        f'autocomplete="off" aria-describedby="{described}"{invalid} {more}>'
        f'{wrong}<p class="hint" id="{name}-hint">{hint}</p></div>'
    )


def _unreachable(address: str, github_url: str) -> str:
    """A warning where GitHub cannot reach *address* – unless GitHub is as near itself."""
    if not is_local(address) or is_local(github_url):
        return ""
    return (
        f'<div class="note warn"><p><b>GitHub cannot reach <code>{escape(address)}</code>.</b> '
        f"{_host(github_url)} may refuse it for webhooks; else they are sent in vain.</p>"
        "<p>Give the address under which the internet reaches this server (set it as "
        "<code>PUBLIC_URL</code>), or that of a tunnel or webhook proxy which leads here. "
        "You can go on all the same, and change it later in the App’s settings.</p></div>"
    )


def _granted(template: Template, level: str) -> str:
    names = [name for name, given in template.default_permissions.items() if given == level]
    return ", ".join(escape(_words(name)) for name in names)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _host(url: str) -> str:
    return escape(urlsplit(url).netloc)

"""Subjects and their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.subject import (
    GroupSubject,
    HeadSubject,
    PullSubject,
    PushSubject,
    Subject,
    parse_subject,
)

A, B = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (PullSubject("acme/shop", 12), "pull acme/shop#12"),
        (GroupSubject("acme/shop", 12, A, B), f"group acme/shop#12 {A} {B}"),
        (HeadSubject("acme/shop", A), f"head acme/shop {A}"),
        (PushSubject("acme/shop", "release/1.0", A, B), f"push acme/shop release/1.0 {A} {B}"),
    ],
)
def test_a_key_reads_well_and_reads_back(subject: Subject, key: str) -> None:
    assert subject.key == key
    assert parse_subject(key) == subject


@pytest.mark.parametrize(
    "key",
    [
        "",
        "pull",
        "pull acme#1",
        "pull acme/shop",
        "pull acme/shop#0",
        "pull acme/shop#-1",
        "pull acme/shop#" + "9" * 19,
        "pull acme/shop#1 ",
        f"head acme/shop {A[:39]}",
        f"head acme/shop {A.upper()}",
        f"push acme/shop  {A} {B}",
        f"group acme/shop#1 {A}",
        f"other acme/shop {A}",
    ],
)
def test_anything_else_is_no_key(key: str) -> None:
    assert parse_subject(key) is None


@given(st.text())
def test_parsing_never_raises(key: str) -> None:
    parse_subject(key)

"""Subjects and their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.subject import (
    Button,
    ButtonSubject,
    CommentSubject,
    DeliveriesSubject,
    GroupSubject,
    HeadSubject,
    IndexSubject,
    InstallationsSubject,
    PullSubject,
    PushSubject,
    RepositorySubject,
    Subject,
    SweepSubject,
    parse_subject,
)

A, B = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (PullSubject("acme/shop", 12), "pull acme/shop#12"),
        (GroupSubject("acme/shop", 12, A, B), f"group acme/shop#12 {A} {B}"),
        (HeadSubject("acme/shop", A), f"head acme/shop {A}"),
        (HeadSubject("acme/shop", A, again=True), f"head acme/shop {A} again"),
        (PushSubject("acme/shop", "release/1.0", A, B), f"push acme/shop release/1.0 {A} {B}"),
        (RepositorySubject("acme/shop"), "repository acme/shop"),
        (RepositorySubject("acme/shop", "acme/store"), "repository acme/shop acme/store"),
        (IndexSubject("acme/shop"), "index acme/shop"),
        (CommentSubject("acme/shop", 12, 345), "comment acme/shop#12 345"),
        (ButtonSubject("acme/shop", A, Button.EXPLAIN, "bob"), f"button acme/shop {A} explain bob"),
        (DeliveriesSubject(), "deliveries"),
        (InstallationsSubject(), "installations"),
        (SweepSubject(1001), "sweep 1001"),
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
        f"button acme/shop {A} merge bob",
        f"button acme/shop {A} explain",
        f"button acme/shop {A} explain bob smith",
        "deliveries 1001",
        "installations 1001",
        "sweep",
        "sweep 0",
        "sweep acme",
    ],
)
def test_anything_else_is_no_key(key: str) -> None:
    assert parse_subject(key) is None


@given(st.text())
def test_parsing_never_raises(key: str) -> None:
    parse_subject(key)

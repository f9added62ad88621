"""Links of the documents lead somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
ELSEWHERE = ("http://", "https://", "mailto:")


def documents(repository: Path) -> list[Path]:
    return sorted([*repository.glob("*.md"), *(repository / "docs").rglob("*.md")])


def anchors(file: Path) -> set[str]:
    """Return the anchors that a renderer makes of the headings of `file`."""
    headings = HEADING.findall(FENCE.sub("", file.read_text(encoding="utf-8")))
    plain = [re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", h).lower() for h in headings]
    return {re.sub(r"[^\w\- ]", "", h).replace(" ", "-") for h in plain}


def broken(file: Path) -> list[str]:
    found = []
    for target in LINK.findall(FENCE.sub("", file.read_text(encoding="utf-8"))):
        if target.startswith(ELSEWHERE):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (file.parent / path).resolve() if path else file
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            found.append(target)
    return found


def test_every_relative_link_resolves(repository):
    wrong = {str(f.relative_to(repository)): broken(f) for f in documents(repository)}
    assert {name: links for name, links in wrong.items() if links} == {}


def test_every_page_is_reached_from_the_index(repository):
    docs = repository / "docs"
    seen, waiting = set(), [docs / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        targets = LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
        waiting += [
            (page.parent / t.partition("#")[0]).resolve() for t in targets if not t.startswith(ELSEWHERE)
        ]
    assert [str(p.relative_to(docs)) for p in docs.rglob("*.md") if p.resolve() not in seen] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a](gone.md)", ["gone.md"]),
        ("[a](there.md#no-such)", ["there.md#no-such"]),
        ("[a](there.md#its-heading) [b](#here) [c](https://example.org/x)\n# Here", []),
        ("```\n[a](gone.md)\n```", []),
    ],
)
def test_the_checker_itself(tmp_path, text, wrong):
    (tmp_path / "there.md").write_text("# Its heading\n")
    page = tmp_path / "page.md"
    page.write_text(text)
    assert broken(page) == wrong

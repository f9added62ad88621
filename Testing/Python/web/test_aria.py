"""What programs that read a page aloud are told."""

from craniomark.web.aria import aria


def test_names_roles_and_states_are_attributes():
    told = aria('Say "yes"', role="button", live="polite", selected="=row.label === point")["raw_attrs"]
    assert told == [
        'role="button"', 'aria-label="Say &quot;yes&quot;"', 'aria-live="polite"',
        ':aria-selected="row.label === point"',
    ]  # fmt: skip
    assert aria()["raw_attrs"] == []

"""Bars of a histogram above the scale of their colours."""

from craniomark.web.aria import aria


def bar_chart(bars: str, colours: str, words: str) -> None:
    """Draw it.

    Parameters
    ----------
    bars, colours : str
        State variables: heights, %, and a colour for each.
    words : str
        What it tells, for those who don't see it.
    """
    from trame.widgets import html

    with html.Div(classes="cm-bars", **aria(words, role="img")):
        style = f"{{height: bar + '%', background: {colours}[at]}}"
        html.Div(v_for=f"(bar, at) in {bars}", key=("at",), style=(style,))
    with html.Div(classes="cm-scale mt-1"):
        html.Div(v_for=f"(colour, at) in {colours}", key=("at",), style=("{background: colour}",))

# SPDX-License-Identifier: BSD-2-Clause
"""Each flow of flows.yaml brings the image up, or says what is wrong, as its page shows."""
import archives
import boards
import doc_blocks
import flows
import skips

PAGES = doc_blocks.TOP / "Documentation/howto"


def test_flow(flow, outcomes):
    if flow.missing():
        skips.skip(f"flow:{flow.name}", flow.missing())
    outcome, lines = outcomes[0], outcomes[0].lines
    wanted = flow.row["says"] + flow.row["fails"]
    assert [w for w in wanted if doc_blocks.missing([w], lines)] == []
    if flow.row["fails"]:
        assert outcome.end == ("exit 1" if "kernel" in flow.row else "stop")
        assert not [t for t in lines if t.startswith("boot: ")]
    else:
        check_boot(flow, outcome)
    check_page(flow, lines)


def check_boot(flow, outcome):
    lines, row = outcome.lines, flow.row
    boards.check(row, lines, flow.has("tree"))
    assert ('    note = "a tree of its own"' in lines) == flow.has("tree")
    assert ("cat: there is no initrd" not in lines) == flow.has("initrd")
    assert (archives.TEXT.splitlines()[0] in lines) == flow.has("initrd")
    skips.check_ktap(outcome.text, {"board": row["board"]})
    assert outcome.end == ("stop" if row["stop"] else "exit 0")
    assert row["stop"] in lines or not row["stop"]


def check_page(flow, lines):
    """What the page says is typed is what was typed, and what it shows is what came."""
    for block in doc_blocks.blocks(PAGES / f"{flow.row['page']}.md"):
        if block.kind == "flow" and block.args == [flow.name]:
            prompt = "=> "
            typed = [t.removeprefix(prompt) for t in block.lines if t.startswith(prompt)]
            assert [t for t in typed if t not in flow.typed()] == []
            shown = [t for t in block.lines if not t.startswith(prompt)]
            assert doc_blocks.missing(shown, lines) is None, block


def test_each_is_on_its_page():
    shown = {(page.stem, name) for page in PAGES.glob("*.md") for block in doc_blocks.blocks(page)
             if block.kind == "flow" for name in block.args}
    flow_names = {f.name: f for f in flows.every()}
    assert {name for _, name in shown} <= set(flow_names)
    shown = {(page, flow_names[name].row_name) for page, name in shown}
    assert shown == {(row["page"], name) for name, row in flows.table().items()}

"""Nothing is lost, whatever ends; one tab and one process work at a time; uploads."""

from balls import write_ball
from desk import Tab
from harness import Server


def reviewed(tab, label, key="a"):
    count = tab.state["reviewed"]
    tab.go(label)
    tab.key(key)
    return tab.wait(lambda s: s["reviewed"] == count + 1, f"{label} is reviewed")


def test_a_server_that_is_killed_goes_on_where_it_was(serve, open_tab, tiny_scan):
    server = serve(tiny_scan.parent)
    tab = Tab(open_tab(server.address), server)
    tab.open("ball")
    tab.go("F")
    tab.drag("Red", "F", 20, 10)
    tab.wait(lambda s: s["undo_words"], "the point is moved")
    reviewed(tab, "E", "m")
    tab.go("B")
    before = tab.wait(lambda s: s["kept"] == "B", "where one is, is kept too")
    open_tab.failed_may_come()
    server.kill()
    server.start()
    again = Tab(open_tab(server.address), server)
    after = again.open("ball")
    for what in ("session_points", "scene_points", "rows", "undo_words", "point"):
        assert after[what] == before[what], what
    again.key("u")
    again.wait(lambda s: s["reviewed"] == before["reviewed"] - 1, "what was done before can be undone")


def test_a_browser_that_is_closed_in_a_drag_leaves_the_point_where_it_was_dragged(serve, open_tab, tiny_scan):
    server = serve(tiny_scan.parent)
    tab = Tab(open_tab(server.address), server)
    tab.open("ball")
    before = reviewed(tab, "E")
    tab.go("F")
    x, y = tab.at("Red", "F")
    tab.page.mouse.move(x, y, steps=3)
    tab.page.mouse.down()
    tab.page.mouse.move(x + 20, y + 10, steps=4)
    tab.wait(lambda s: s["scene_points"]["F"] != before["scene_points"]["F"], "it is dragged")
    tab.page.context.close()
    again = Tab(open_tab(server.address), server)
    state = again.wait(lambda s: s["point_status"]["F"] == "corrected", "it is put down")
    assert state["point_status"]["E"] == "accepted"
    again.page.locator("#row-F", has_text="corrected").wait_for()
    x, y = again.at("Red", "F")
    again.page.mouse.move(x + 40, y + 40, steps=4)
    again.wait(lambda s: s["mouse"][0] == "Red", "the mouse is over the slice")
    again.page.wait_for_timeout(300)
    assert again.state["scene_points"]["F"] == state["scene_points"]["F"], "the new mouse does not drag it"
    again.drag("Red", "F", -15, 0)
    again.wait(lambda s: s["session_points"]["F"] != state["session_points"]["F"], "it is dragged again")


def test_a_second_tab_looks_on_and_says_so(serve, open_tab, tiny_scan, tmp_path):
    server = serve(tiny_scan.parent)
    first = Tab(open_tab(server.address), server)
    first.open("ball")
    second = Tab(open_tab(server.address, context=first.page.context), server)
    second.page.get_by_text("Another tab works on this").wait_for()
    assert not first.page.get_by_text("Another tab works on this").is_visible()
    before = second.state
    second.key("a")
    second.key("ArrowRight")
    second.drag("Red", before["point"], 20, 10)
    second.page.wait_for_timeout(800)
    assert {key: second.state[key] for key in ("session_points", "rows")} == {
        key: before[key] for key in ("session_points", "rows")
    }
    assert second.button("Accept").is_disabled()
    open_tab.failed_may_come("403")
    with second.page.expect_response("**/upload?*") as refused:
        second.page.locator("#craniomark-file").set_input_files(write_ball(tmp_path / "elsewhere", "fresh"))
    assert refused.value.status == 403
    assert not (tiny_scan.parent / "fresh.nii.gz").exists()
    reviewed(first, "F")
    second.page.locator("#row-F", has_text="accepted").wait_for()
    second.page.get_by_role("button", name="Work here").click()
    first.page.get_by_text("Another tab works on this").wait_for()
    second.page.get_by_text("Another tab works on this").wait_for(state="hidden")
    reviewed(second, "E")


def test_a_second_server_on_one_folder_can_only_look(serve, open_tab, tiny_scan):
    first = serve(tiny_scan.parent, observer="Anna")
    tab = Tab(open_tab(first.address), first)
    tab.open("ball")
    other = Server(tiny_scan.parent, observer="Ben").start()
    try:
        onlooker = Tab(open_tab(other.address), other)
        state = onlooker.open("ball")
        assert "Anna" in state["read_only"]
        onlooker.page.get_by_text(state["read_only"]).first.wait_for()
        onlooker.key("a")
        onlooker.page.wait_for_timeout(500)
        assert onlooker.state["reviewed"] == 0
        reviewed(tab, "F")
    finally:
        other.stop()


def test_an_upload_comes_into_the_list_and_a_bad_one_is_told(serve, open_tab, tiny_scan, tmp_path):
    server = serve(tiny_scan.parent)
    tab = Tab(open_tab(server.address), server)
    tab.open("ball")
    bad = tmp_path / "page.html"
    bad.write_text("<script>")
    false = tmp_path / "false.nii.gz"
    false.write_bytes(b"MZ" * 3000)
    field = tab.page.locator("#craniomark-file")
    open_tab.failed_may_come("400")
    for file, word in ((bad, "type is .html"), (false, "content is not what its name tells")):
        field.set_input_files(file)
        tab.wait(lambda s, word=word: word in s["message"], word)
    assert not list(tiny_scan.parent.glob("*.html"))
    more = write_ball(tmp_path / "elsewhere", "fresh")
    field.set_input_files(more)
    tab.wait(lambda s: "fresh" in [one["id"] for one in s["specimens"]], "it is in the list")
    assert (tiny_scan.parent / "fresh.nii.gz").read_bytes() == more.read_bytes()
    assert [path.name for path in tiny_scan.parent.glob(".part*")] == []

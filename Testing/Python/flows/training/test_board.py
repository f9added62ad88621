"""TensorBoard shows the curves of metrics.jsonl, each step once, after a pause too."""

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from toy_task import altered, train

from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.metrics import read_metrics


def test_board_shows_what_the_metrics_hold(tmp_path):
    run, stop, changes = tmp_path / "run", tmp_path / "stop", {"tensorboard": True}
    train(run, altered(16, lambda batch: stop.touch() or batch), changes, stop_file=stop)
    train(run, changes=changes)
    board = EventAccumulator(str(RunFolder(run).board))
    board.Reload()
    metrics = read_metrics(RunFolder(run).metrics)
    for name in {event["name"] for event in metrics}:
        shown = [(point.step, round(point.value, 4)) for point in board.Scalars(name)]
        assert shown == [
            (event["step"], round(event["value"], 4)) for event in metrics if event["name"] == name
        ]
    assert board.Tags()["images"] == ["anna/view"]

from craniomark.flows import shape
from craniomark.flows.shape import api


def test_the_five_functions_are_found_where_they_are_looked_for():
    for name in ("get_train_val_loaders", "get_test_loader", "train", "test", "analyze_results"):
        assert getattr(shape, name) is getattr(api, name)

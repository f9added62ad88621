import pickle

from craniomark.ground.checks import InputError


def test_an_input_error_is_one_sentence_with_file_field_value_and_remedy() -> None:
    error = InputError("a.nii", "spacing", "0, 1, 1", "give --spacing X,Y,Z")
    assert str(error) == "a.nii: spacing is 0, 1, 1: give --spacing X,Y,Z."


def test_an_input_error_comes_back_whole_from_another_process() -> None:
    error = InputError("a.nii", "spacing", 0, "give it")
    again = pickle.loads(pickle.dumps(error))
    assert (again.file, again.field, again.value, again.remedy) == ("a.nii", "spacing", 0, "give it")

"""What commands say to people."""


def is_one_sentence(text):
    return len(text.strip().splitlines()) == 1 and text.strip().endswith(".") and "Traceback" not in text

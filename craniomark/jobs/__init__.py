"""The job process: everything that imports torch, asked for by lines of JSON and answered by such."""

"""The jobs of all panels: one child process, and who wants to hear of which job."""

from collections.abc import Callable
from typing import Any

from craniomark.flows.jobs import Job, JobClient
from craniomark.flows.jobs.requests import Request

Hear = Callable[[Job], None]
Step = Callable[[], bool]


class JobBoard:
    """Asks for jobs and tells of their changes; `poll` does everything, and takes milliseconds.

    Parameters
    ----------
    make_client : callable, optional
        Makes the client, given its listener; called with the first job.
    """

    def __init__(self, make_client: Callable[[Any], JobClient] | None = None) -> None:
        self._make = make_client or JobClient
        self._client: JobClient | None = None
        self._hear: dict[str, Hear] = {}
        self._changed: dict[str, Job] = {}
        self._steps: list[Step] = []
        self.wake: Callable[[], None] = lambda: None
        """Called when there is something to poll for; the timer puts itself here."""

    @property
    def client(self) -> JobClient:
        """The client; its child starts with the first job."""
        if self._client is None:
            self._client = self._make(self._note)
        return self._client

    @property
    def busy(self) -> bool:
        """Whether `poll` has anything to do."""
        return bool(self._steps or self._changed or (self._client is not None and self._client.busy))

    @property
    def pid(self) -> int | None:
        """Process id of the child; None while there is none."""
        return self._client.pid if self._client is not None else None

    def ask(self, request: Request, hear: Hear) -> Job:
        """Ask for a job; `hear` is called from `poll`, once however much has changed."""
        job = self.client.submit(request)
        self._hear[job.id] = hear
        self.wake()
        return job

    def follow(self, step: Step) -> None:
        """Call `step` at each poll until it returns True, e.g. for a file that a thread writes."""
        self._steps.append(step)
        self.wake()

    def cancel(self, job: Job) -> None:
        """Stop a job for good."""
        self.client.cancel(job)
        self.wake()

    def pause(self, job: Job) -> None:
        """Stop a job so that it can go on."""
        self.client.pause(job)
        self.wake()

    def resume(self, job: Job) -> None:
        """Go on with a job that is paused."""
        self.client.resume(job)
        self.wake()

    def poll(self) -> None:
        """Take in the news and tell them.

        Raises
        ------
        Exception
            The first error of a listener, after all have been told.
        """
        errors: list[Exception] = []
        for step in list(self._steps):
            if self._over(step, errors):
                self._steps.remove(step)
        if self._client is not None:
            self._client.poll()
        changed, self._changed = self._changed, {}
        for job in changed.values():
            self._tell(job, errors)
        if errors:
            raise errors[0]

    def close(self, seconds: float = 0.0) -> None:
        """Stop all jobs and end the child; a later job starts another."""
        client, self._client = self._client, None
        if client is not None:
            client.close(seconds)
        changed, self._changed = self._changed, {}
        for job in changed.values():
            self._tell(job, [])
        self._steps.clear()
        self._hear.clear()

    def _note(self, job: Job, _event: dict[str, Any]) -> None:
        self._changed[job.id] = job

    def _tell(self, job: Job, errors: list[Exception]) -> None:
        hear = self._hear.get(job.id)
        if job.ended:
            self._hear.pop(job.id, None)
            if self._client is not None:
                self._client.forget(job)
        if hear is not None:
            try:
                hear(job)
            except Exception as error:
                errors.append(error)

    def _over(self, step: Step, errors: list[Exception]) -> bool:
        try:
            return step()
        except Exception as error:
            errors.append(error)
            return True

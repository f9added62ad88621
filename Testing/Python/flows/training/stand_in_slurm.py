"""A SLURM of one machine: ``sbatch`` runs the script at once, ``srun`` starts its tasks; by `install`."""

import os
import stat
import sys
from pathlib import Path

_SBATCH = """
import os, re, subprocess, sys
here, script = os.environ["STAND_IN_SLURM"], sys.argv[-1]
text = open(script).read()
open(os.path.join(here, "script"), "w").write(text)
array = re.search(r"#SBATCH --array=0-(\\d+)", text)
tasks = re.search(r"#SBATCH --ntasks-per-node=(\\d+)", text)
for index in range(int(array[1]) + 1 if array else 1):
    own = {"SLURM_JOB_ID": "77", "SLURM_NTASKS": tasks[1] if tasks else "1", "SLURM_JOB_NAME": "training",
           "SLURM_JOB_NODELIST": "127.0.0.1", "SLURM_NODELIST": "127.0.0.1"}
    if array:
        own |= {"SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": str(index)}
    with open(os.path.join(here, f"job-{index}"), "w") as told:
        files = {"stdin": subprocess.DEVNULL, "stdout": told, "stderr": told}
        subprocess.Popen(["bash", script], env=os.environ | own, **files)
print("Submitted batch job 77")
"""
_SRUN = """
import os, subprocess, sys
words = sys.argv[1:]
while words and words[0].startswith("-"):
    words = words[2:] if words[0] in ("--output", "--error") else words[1:]
count = int(os.environ["SLURM_NTASKS"])
tasks = [subprocess.Popen(words, env=os.environ | {"SLURM_PROCID": str(rank), "SLURM_LOCALID": str(rank),
         "SLURM_NODEID": "0", "SLURM_NTASKS_PER_NODE": str(count)}) for rank in range(count)]
sys.exit(max(task.wait() for task in tasks))
"""
_SACCT = """print("JobID|State|NodeList")"""


def install(folder: Path) -> dict[str, str]:
    """Write the commands into a folder, and return the environment in which they are found."""
    folder.mkdir(parents=True)
    for name, text in (("sbatch", _SBATCH), ("srun", _SRUN), ("sacct", _SACCT)):
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{text.lstrip()}", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"STAND_IN_SLURM": str(folder), "PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}

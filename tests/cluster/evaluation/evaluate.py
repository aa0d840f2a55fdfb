"""Evaluates samples in batches of ten, each in a quarter of a second, and notes every sample of every attempt."""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=10)
parser.add_argument("--max-samples", type=int, default=400)
args = parser.parse_args()

attempt = os.environ.get("SLURM_RESTART_COUNT", "0")
print(f"batch_size={args.batch_size}, samples={args.max_samples}, attempt={attempt}", flush=True)
with open(f"seen-{attempt}.txt", "a") as seen:
    for begin in range(0, args.max_samples, args.batch_size):
        batch = range(begin, min(begin + args.batch_size, args.max_samples))
        time.sleep(0.25)
        for sample in batch:
            print(sample, file=seen, flush=True)
        print(json.dumps({"done": batch.stop, "total": args.max_samples}), flush=True)

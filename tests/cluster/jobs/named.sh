#!/bin/bash
#SBATCH --partition=3090
#SBATCH --mem=100M
#SBATCH --time=00:10:00
# Submitted under the name `eval|part one`.
sleep 4

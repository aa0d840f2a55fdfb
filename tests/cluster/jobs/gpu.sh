#!/bin/bash
#SBATCH --job-name=on-gpu
#SBATCH --partition=3090
#SBATCH --gpus=1
#SBATCH --mem=100M
#SBATCH --time=00:10:00
echo "devices: $CUDA_VISIBLE_DEVICES"
sleep 4

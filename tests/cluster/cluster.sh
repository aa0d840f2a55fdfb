#!/usr/bin/env bash
# A private Slurm on loopback: munge, MariaDB, slurmdbd, slurmctld and slurmd as child processes of this shell.
#
#   cluster.sh DIR CTLD_PORT SLURMD_PORT DBD_PORT DB_PORT
#
# Prints `up` once the node is idle, or `failed: REASON`. It lives as long as its standard input is open: whoever
# started it holds the other end, so when that process closes it, panics or is killed, the end of file ends the cluster,
# jobs first. Everything lies under DIR, which must be short (a socket's path has at most 108 bytes) and whose parents
# anyone may enter (munge refuses a socket below a folder of mode 700).
#
# It works as root and as an ordinary user, whose jobs are then the only ones that can run.
set -u
R=$1 CTLD=$2 SLURMD=$3 DBD=$4 DB=$5
ME=$(id -un)
HOST=$(hostname -s 2>/dev/null || hostname)
export SLURM_CONF=$R/etc/slurm.conf PATH=$PATH:/usr/sbin:/sbin
unset MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT

write_configuration() {
    mkdir -p "$R"/{etc,run,log,munge,state,spool}
    chmod 755 "$R" "$R"/{etc,run,log,state,spool}
    chmod 700 "$R/munge"
    head -c 1024 /dev/urandom >"$R/munge/key"
    chmod 400 "$R/munge/key"
    # config_overrides: the node has what is written here, whatever machine runs it.
    # cred_expire: a requeued job comes back after seconds instead of minutes; below 5 it is not taken.
    cat >"$R/etc/slurm.conf" <<CONF
ClusterName=verifytest
SlurmctldHost=$HOST(127.0.0.1)
SlurmUser=$ME
SlurmdUser=$ME
SlurmctldPort=$CTLD
SlurmdPort=$SLURMD
AuthType=auth/munge
AuthInfo=socket=$R/run/munge.socket.2,cred_expire=5
StateSaveLocation=$R/state
SlurmdSpoolDir=$R/spool
SlurmctldPidFile=$R/run/slurmctld.pid
SlurmdPidFile=$R/run/slurmd.pid
SlurmctldLogFile=$R/log/slurmctld.log
SlurmdLogFile=$R/log/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
MinJobAge=3600
KillWait=1
SlurmctldTimeout=30
SlurmdTimeout=300
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
PriorityType=priority/basic
GresTypes=gpu
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$DBD
AccountingStoragePass=$R/run/munge.socket.2
AccountingStorageTRES=gres/gpu,gres/gpu:rtx3090
AccountingStoreFlags=job_comment
NodeName=node1 NodeHostname=$HOST NodeAddr=127.0.0.1 CPUs=16 RealMemory=16000 Gres=gpu:rtx3090:1 State=UNKNOWN
PartitionName=3090 Nodes=node1 Default=YES MaxTime=INFINITE DefaultTime=01:00:00 State=UP
PartitionName=short Nodes=node1 MaxTime=00:30:00 State=UP
CONF
    cat >"$R/etc/gres.conf" <<CONF
AutoDetect=off
NodeName=node1 Name=gpu Type=rtx3090 File=/dev/null
CONF
    cat >"$R/etc/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=$R/run/munge.socket.2
DbdHost=$HOST
DbdAddr=127.0.0.1
DbdPort=$DBD
SlurmUser=$ME
PidFile=$R/run/slurmdbd.pid
LogFile=$R/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$DB
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
CONF
    chmod 600 "$R/etc/slurmdbd.conf"
    cat >"$R/etc/my.cnf" <<CONF
[mariadbd]
user=$ME
datadir=$R/db
socket=$R/run/mysql.sock
pid-file=$R/run/mariadb.pid
log-error=$R/log/mariadb.log
bind-address=127.0.0.1
port=$DB
skip-name-resolve
skip-log-bin
performance_schema=OFF
innodb_buffer_pool_size=64M
innodb_log_file_size=8M
innodb_lock_wait_timeout=900
innodb_flush_log_at_trx_commit=0
CONF
}

# wait_for SECONDS PID COMMAND...: until the command succeeds; not longer than the daemon lives.
wait_for() {
    local until=$(($(date +%s) + $1)) pid=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$(date +%s)" -ge "$until" ] || ! kill -0 "$pid" 2>/dev/null; then return 1; fi
        sleep 0.05
    done
}

declare -A pids
# daemon NAME COMMAND...: in the background, and not longer than this shell, even if that is killed. None of them holds
# our standard input.
bound=()
if command -v setpriv >/dev/null; then bound=(setpriv --pdeathsig TERM); fi
daemon() {
    local name=$1
    shift
    "${bound[@]}" "$@" </dev/null >"$R/log/$name.out" 2>&1 &
    pids[$name]=$!
}

munge_answers() { munge -n -S "$R/run/munge.socket.2" | unmunge -S "$R/run/munge.socket.2"; }
controller_answers() { scontrol ping | grep -q 'is UP'; }
node_is_idle() { sinfo -h -N -o %T | grep -qx idle; }
database() { mariadb --no-defaults -S "$R/run/mysql.sock" -u "$ME" "$@"; }

up() {
    write_configuration
    daemon munged munged --foreground --key-file="$R/munge/key" --socket="$R/run/munge.socket.2" \
        --pid-file="$R/run/munged.pid" --log-file="$R/log/munged.log" --seed-file="$R/munge/seed" --num-threads=2
    mariadb-install-db --no-defaults --user="$ME" --datadir="$R/db" --auth-root-authentication-method=socket \
        --auth-root-socket-user="$ME" --skip-test-db --innodb-log-file-size=8M </dev/null >"$R/log/install-db.out" 2>&1 ||
        { failed install-db && return 1; }
    daemon mariadbd mariadbd --defaults-file="$R/etc/my.cnf"
    wait_for 60 "${pids[mariadbd]}" mariadb-admin --no-defaults -S "$R/run/mysql.sock" -u "$ME" ping ||
        { failed mariadbd && return 1; }
    database -e "CREATE DATABASE slurm_acct_db; CREATE USER 'slurm'@'127.0.0.1' IDENTIFIED BY 'slurm';
        GRANT ALL ON slurm_acct_db.* TO 'slurm'@'127.0.0.1';" >"$R/log/database.out" 2>&1 || { failed database && return 1; }
    wait_for 20 "${pids[munged]}" munge_answers || { failed munged && return 1; }
    daemon slurmdbd slurmdbd -D
    wait_for 90 "${pids[slurmdbd]}" sacctmgr -n -P show cluster format=cluster || { failed slurmdbd && return 1; }
    daemon slurmctld slurmctld -D
    wait_for 60 "${pids[slurmctld]}" controller_answers || { failed slurmctld && return 1; }
    daemon slurmd slurmd -D
    wait_for 60 "${pids[slurmd]}" node_is_idle || { failed slurmd && return 1; }
}

# Says which daemon did not come up, with the end of what it said.
failed() {
    local said
    said=$(for log in "$R/log/$1".{out,log}; do tail -n 3 "$log"; done 2>/dev/null | tr '\n' ' ')
    echo "failed: $1: $said"
}

# What is left of jobs after all: a process that has our configuration and a job id in its environment, or a slurmstepd
# (which clears its own) that holds our log.
is_of_a_job() {
    if grep -qzFx "SLURM_CONF=$SLURM_CONF" "$1/environ" 2>/dev/null; then
        grep -qz '^SLURM_JOB_ID=' "$1/environ" 2>/dev/null
    elif [ "$(cat "$1/comm" 2>/dev/null)" = slurmstepd ]; then
        readlink "$1"/fd/* 2>/dev/null | grep -qF "$R/"
    else
        false
    fi
}

# Jobs first: they and their slurmstepd outlive slurmd.
down() {
    if [ -n "${pids[slurmctld]:-}" ] && kill -0 "${pids[slurmctld]}" 2>/dev/null; then
        squeue -h -o %A 2>/dev/null | sort -u | xargs -r scancel 2>/dev/null
        wait_for 20 "${pids[slurmctld]}" sh -c '[ -z "$(squeue -h -t pending,running,completing,suspended)" ]'
    fi
    local name
    for name in slurmd slurmctld slurmdbd mariadbd munged; do stop "$name"; done
    local at
    for at in /proc/[0-9]*; do
        if is_of_a_job "$at"; then kill -KILL "${at#/proc/}" 2>/dev/null; fi
    done
    if [ -f "$R/etc/slurm.conf" ]; then rm -rf "$R"; fi
}

# stop NAME: asks it to end, and does not wait longer than half a minute.
stop() {
    local pid=${pids[$1]:-}
    if [ -z "$pid" ]; then return; fi
    kill -TERM "$pid" 2>/dev/null
    local rounds=600
    while kill -0 "$pid" 2>/dev/null && [ $rounds -gt 0 ]; do
        sleep 0.05
        rounds=$((rounds - 1))
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}

# The starter's own end is told by the end of file alone. Signals that were ignored would be so in every job, too.
trap : INT TERM HUP PIPE
if up; then echo up; fi
cat >/dev/null
down

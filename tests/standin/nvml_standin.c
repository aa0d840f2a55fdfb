/*
 * A stand-in for NVIDIA's management library, for machines without a GPU: our own small source, built by
 * tests/it/probe.rs with `cc -shared` and loaded by `verify probe --nvml`, through the same path as the real library.
 *
 * It says what it is: the driver's version is "stand-in 550.54.15", which `verify probe` turns into `"stand-in": true`.
 * The cards' names are those that real drivers report, or no name could be tried; their memory is what public captures show.
 *
 * VERIFY_STANDIN tells it what to be: cards between commas, or `init=CODE` for a library that does not start.
 *
 *     rtx3090  t4  a5000  a100-40  a100-80    whole cards
 *     a100-mig                                an A100 of 40 GB in MIG mode: slices 3g.20gb and 1g.5gb
 *     throttled                               an RTX 3090 held down by its power cap and its heat
 *     shared                                  an RTX 3090 with two other processes
 *     card=CODE                               a card whose handle cannot be had (15: it is lost)
 *     name=CODE  memory=CODE                  a card that is there, but will not say this
 *     rtx3090+busy  t4+busy                   the card, taken into use after it was looked at twice: 8 GiB, 87 %
 *     bare                                    an RTX 3090 that says its name and its memory and nothing else
 *
 * CODE is a number of nvmlReturn_t: 2 invalid argument, 3 not supported, 4 no permission, 9 driver not loaded, 15 GPU is
 * lost, 18 driver and library differ, 999 unknown.
 */
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#define SUCCESS 0
#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define NOT_FOUND 6
#define INSUFFICIENT_SIZE 7
#define MIB (1024ULL * 1024ULL)
#define CARDS 16

typedef struct {
    const char *name;
    unsigned long long total, used, reserved;
    int handle_error, name_error, memory_error;
    int mig, slices, parent_of_slice;
    int bare, ecc; /* ecc: -1 for a card that has none */
    unsigned power_milliwatts, graphics, memory_clock;
    unsigned long long throttle;
    int processes;
    int busy; /* is taken into use after two looks */
    int looks;
} card_t;

typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory_v2_t;
typedef struct { unsigned gpu, memory; } utilization_t;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu_instance, compute_instance; } process_t;

static card_t cards[CARDS];
static card_t slices[2];
static unsigned count;

static const card_t RTX3090 = {"NVIDIA GeForce RTX 3090", 24576 * MIB, 1 * MIB, 316 * MIB, 0, 0, 0, 0, 0, 0, 0, -1, 350000, 210, 405, 1, 0};
static const card_t T4 = {"Tesla T4", 15360 * MIB, 2 * MIB, 449 * MIB, 0, 0, 0, 0, 0, 0, 0, 1, 70000, 300, 405, 1, 0};
static const card_t A5000 = {"NVIDIA RTX A5000", 24564 * MIB, 1 * MIB, 292 * MIB, 0, 0, 0, 0, 0, 0, 0, 0, 230000, 210, 405, 1, 0};
static const card_t A100_40 = {"NVIDIA A100-SXM4-40GB", 40960 * MIB, 4 * MIB, 424 * MIB, 0, 0, 0, 0, 0, 0, 0, 1, 400000, 210, 1215, 1, 0};
static const card_t A100_80 = {"NVIDIA A100-SXM4-80GB", 81920 * MIB, 4 * MIB, 633 * MIB, 0, 0, 0, 0, 0, 0, 0, 1, 400000, 210, 1593, 1, 0};
static const card_t SLICE_3G = {"NVIDIA A100-SXM4-40GB MIG 3g.20gb", 19968 * MIB, 12 * MIB, 0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0};
static const card_t SLICE_1G = {"NVIDIA A100-SXM4-40GB MIG 1g.5gb", 4864 * MIB, 3 * MIB, 0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0};

static int add(char *word) {
    card_t card = RTX3090;
    char *plus = strchr(word, '+');
    int busy = plus != NULL && strcmp(plus, "+busy") == 0;
    if (busy) *plus = '\0';
    if (strcmp(word, "rtx3090") == 0) {
    } else if (strcmp(word, "t4") == 0) card = T4;
    else if (strcmp(word, "a5000") == 0) card = A5000;
    else if (strcmp(word, "a100-40") == 0) card = A100_40;
    else if (strcmp(word, "a100-80") == 0) card = A100_80;
    else if (strcmp(word, "a100-mig") == 0) {
        card = A100_40;
        card.mig = 1;
        card.slices = 2;
    } else if (strcmp(word, "throttled") == 0) {
        card.throttle = 4 | 32; /* software power cap, software thermal slowdown */
        card.graphics = 705;
    } else if (strcmp(word, "shared") == 0) {
        card.processes = 2;
        card.used = 9001 * MIB;
    } else if (strncmp(word, "card=", 5) == 0) card.handle_error = atoi(word + 5);
    else if (strncmp(word, "name=", 5) == 0) card.name_error = atoi(word + 5);
    else if (strncmp(word, "memory=", 7) == 0) card.memory_error = atoi(word + 7);
    else if (strcmp(word, "bare") == 0) card.bare = 1;

    else return INVALID_ARGUMENT;
    card.busy = busy;
    if (count == CARDS) return INVALID_ARGUMENT;
    cards[count++] = card;
    return SUCCESS;
}

int nvmlInit_v2(void) {
    const char *asked = getenv("VERIFY_STANDIN");
    char words[512];
    count = 0;
    slices[0] = SLICE_3G;
    slices[1] = SLICE_1G;
    if (asked == NULL) return SUCCESS;
    if (strncmp(asked, "init=", 5) == 0) return atoi(asked + 5);
    snprintf(words, sizeof words, "%s", asked);
    for (char *word = strtok(words, ","); word != NULL; word = strtok(NULL, ",")) {
        int error = add(word);
        if (error != SUCCESS) return error;
    }
    return SUCCESS;
}

int nvmlShutdown(void) { return SUCCESS; }

static int say(char *into, unsigned length, const char *text) {
    if (strlen(text) + 1 > length) return INSUFFICIENT_SIZE;
    strcpy(into, text);
    return SUCCESS;
}

int nvmlSystemGetDriverVersion(char *into, unsigned length) { return say(into, length, "stand-in 550.54.15"); }
int nvmlSystemGetNVMLVersion(char *into, unsigned length) { return say(into, length, "stand-in 12.550.54.15"); }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12040; return SUCCESS; }
int nvmlSystemGetProcessName(unsigned pid, char *into, unsigned length) {
    if (pid == 4001) return say(into, length, "/opt/other/bin/python");
    return NOT_FOUND;
}
int nvmlDeviceGetCount_v2(unsigned *into) { *into = count; return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, card_t **into) {
    if (index >= count) return INVALID_ARGUMENT;
    if (cards[index].handle_error) return cards[index].handle_error;
    *into = &cards[index];
    return SUCCESS;
}

int nvmlDeviceGetName(card_t *card, char *into, unsigned length) {
    return card->name_error ? card->name_error : say(into, length, card->name);
}

int nvmlDeviceGetMemoryInfo_v2(card_t *card, memory_v2_t *into) {
    if (card->memory_error) return card->memory_error;
    if (into->version != (sizeof(memory_v2_t) | (2u << 24))) return 25; /* another version of the structure */
    into->total = card->total;
    if (card->busy && ++card->looks > 2) card->used = 8192 * MIB;
    into->used = card->used;
    into->reserved = card->reserved;
    into->free = card->total - card->used - card->reserved;
    return SUCCESS;
}

int nvmlDeviceGetMigMode(card_t *card, unsigned *current, unsigned *pending) {
    if (card->bare || card->total < 40000 * MIB) return NOT_SUPPORTED;
    *current = *pending = (unsigned)card->mig;
    return SUCCESS;
}
int nvmlDeviceGetMaxMigDeviceCount(card_t *card, unsigned *into) { *into = card->mig ? 7 : 0; return SUCCESS; }
int nvmlDeviceGetMigDeviceHandleByIndex(card_t *card, unsigned index, card_t **into) {
    if (!card->mig || index >= (unsigned)card->slices) return NOT_FOUND;
    *into = &slices[index];
    return SUCCESS;
}

int nvmlDeviceGetEccMode(card_t *card, unsigned *current, unsigned *pending) {
    if (card->bare || card->ecc < 0) return NOT_SUPPORTED;
    *current = *pending = (unsigned)card->ecc;
    return SUCCESS;
}
int nvmlDeviceGetEnforcedPowerLimit(card_t *card, unsigned *into) {
    if (card->bare || card->parent_of_slice) return NOT_SUPPORTED;
    *into = card->power_milliwatts;
    return SUCCESS;
}
int nvmlDeviceGetUtilizationRates(card_t *card, utilization_t *into) {
    if (card->bare || card->parent_of_slice) return NOT_SUPPORTED;
    into->gpu = card->busy && card->looks > 2 ? 87 : 0;
    into->memory = into->gpu / 2;
    return SUCCESS;
}
int nvmlDeviceGetClockInfo(card_t *card, int type, unsigned *into) {
    if (card->bare || card->parent_of_slice) return NOT_SUPPORTED;
    *into = type == 2 ? card->memory_clock : card->graphics;
    return SUCCESS;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(card_t *card, unsigned long long *into) {
    if (card->bare || card->parent_of_slice) return NOT_SUPPORTED;
    *into = card->throttle;
    return SUCCESS;
}
int nvmlDeviceGetComputeRunningProcesses_v3(card_t *card, unsigned *room, process_t *into) {
    unsigned had = *room;
    if (card->bare) return NOT_SUPPORTED;
    *room = (unsigned)card->processes;
    if (card->processes == 0) return SUCCESS;
    if (had < (unsigned)card->processes || into == NULL) return INSUFFICIENT_SIZE;
    for (unsigned at = 0; at < *room; at++) {
        process_t one = {4001 + at, (at + 1) * 3000 * MIB, 0xFFFFFFFFu, 0xFFFFFFFFu};
        into[at] = one;
    }
    return SUCCESS;
}

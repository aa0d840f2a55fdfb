//! The machine's cards as NVIDIA's management library reports them.
//!
//! The library is loaded while the program runs, by `nvml-wrapper`: the one place for it. Whatever it refuses is said with
//! its reason, and the rest goes on: no library, no driver, no permission, a card that fell off the bus, a function that
//! an old driver has not.
//!
//! Why it can be wrong: a card that is cut up into MIG slices cannot be used as the card that it is. So its slices are read
//! in its place. And a library may be a stand-in for tests: it says so in its driver version, and what it says is marked.
//! The memory is asked for by the structure that also tells what the driver keeps for itself (since driver 510); an older
//! driver has none, and the memory is then unknown.
//!
//! Example: on a node with two RTX 3090, two cards of 25769803776 bytes, driver `535.104.05`, CUDA `12.2`.

use std::path::Path;

use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::Clock;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml, cuda_driver_version_major, cuda_driver_version_minor};

use crate::evidence::{CardProcess, Gpus, ReadCard, Slice};

/// How a stand-in begins its driver version.
const STAND_IN: &str = "stand-in";
/// `NVML_DEVICE_MIG_ENABLE`.
const MIG_ENABLED: u32 = 1;
/// Longest program name that is asked for.
const NAME: usize = 256;

/// Whether a stand-in said this.
pub fn is_stand_in(gpus: &Gpus) -> bool {
    gpus.driver
        .as_deref()
        .is_some_and(|driver| driver.starts_with(STAND_IN))
}

/// The cards of this machine; `library` instead of the one that the system has.
pub fn cards(library: Option<&Path>) -> Gpus {
    match Library::open(library) {
        Ok(library) => library.cards(),
        Err(why) => Gpus {
            unread: vec![why],
            ..Gpus::default()
        },
    }
}

/// The library, open: to begin with it takes a second where the driver keeps no state, and a look must not.
#[derive(Debug)]
pub struct Library(Nvml);

impl Library {
    /// Opens this library, or the one that the system has.
    ///
    /// # Errors
    /// Why there is none to be asked.
    pub fn open(path: Option<&Path>) -> Result<Library, String> {
        let mut builder = Nvml::builder();
        if let Some(path) = path {
            builder.lib_path(path.as_os_str());
        }
        let opened = builder.init();
        opened
            .map(Library)
            .map_err(|error| format!("no card was read: {}", why(&error)))
    }

    /// The cards as they are now.
    pub fn cards(&self) -> Gpus {
        read(&self.0)
    }

    /// How busy a card is, in percent of the driver's last sixth of a second to second; a slice of a card has no such figure.
    pub fn percent(&self, index: u32) -> Option<f64> {
        let device = self.0.device_by_index(index).ok()?;
        Some(f64::from(device.utilization_rates().ok()?.gpu))
    }
}

fn read(nvml: &Nvml) -> Gpus {
    let mut gpus = Gpus::default();
    gpus.driver = said("driver", nvml.sys_driver_version(), &mut gpus.unread);
    gpus.cuda = said("cuda", nvml.sys_cuda_driver_version(), &mut gpus.unread).map(|version| {
        let (major, minor) = (cuda_driver_version_major(version), cuda_driver_version_minor(version));
        format!("{major}.{minor}")
    });
    let count = said("number of cards", nvml.device_count(), &mut gpus.unread).unwrap_or(0);
    for index in 0..count {
        match nvml.device_by_index(index) {
            Ok(device) => one(nvml, &device, index, &mut gpus),
            Err(error) => gpus.unread.push(format!("card {index}: {}", why(&error))),
        }
    }
    if count == 0 && gpus.unread.is_empty() {
        gpus.unread.push("the driver shows no card".to_string());
    }
    gpus
}

/// One card, or the slices that it is cut up into.
fn one(nvml: &Nvml, device: &Device<'_>, index: u32, gpus: &mut Gpus) {
    let model = match device.name() {
        Ok(model) => model,
        Err(error) => return gpus.unread.push(format!("card {index}: name: {}", why(&error))),
    };
    let mut whole = ReadCard {
        index,
        model,
        driver: gpus.driver.clone(),
        cuda: gpus.cuda.clone(),
        ..ReadCard::default()
    };
    // A card that knows no MIG says that it does not support it.
    let cut_up = device.mig_mode().is_ok_and(|mode| mode.current == MIG_ENABLED);
    memory(device, &mut whole);
    condition(nvml, device, &mut whole);
    if !cut_up {
        gpus.cards.push(whole);
        return;
    }
    let slots = device.mig_device_count().unwrap_or(0);
    let slices: Vec<ReadCard> = (0..slots)
        .filter_map(|slot| Some((slot, device.mig_device_by_index(slot).ok()?)))
        .map(|(slot, slice)| of_slice(nvml, &slice, slot, &whole))
        .collect();
    if slices.is_empty() {
        whole.slice = Some(Slice::default());
        gpus.cards.push(whole);
    } else {
        gpus.cards.extend(slices);
    }
}

fn of_slice(nvml: &Nvml, device: &Device<'_>, slot: u32, whole: &ReadCard) -> ReadCard {
    let name = device.name().unwrap_or_default();
    let mut slice = ReadCard {
        slice: Some(Slice {
            profile: name.split_once(" MIG ").map(|(_, profile)| profile.trim().to_string()),
            index: Some(slot),
        }),
        total_bytes: None,
        used_bytes: None,
        reserved_bytes: None,
        processes: Vec::new(),
        unread: Vec::new(),
        ..whole.clone()
    };
    memory(device, &mut slice);
    slice.processes = processes(nvml, device, &mut slice.unread);
    slice
}

fn memory(device: &Device<'_>, card: &mut ReadCard) {
    if let Some(memory) = said("memory", device.memory_info(), &mut card.unread) {
        card.total_bytes = Some(memory.total);
        card.used_bytes = Some(memory.used);
        card.reserved_bytes = Some(memory.reserved);
    }
}

fn condition(nvml: &Nvml, device: &Device<'_>, card: &mut ReadCard) {
    let unread = &mut card.unread;
    card.ecc = said("ecc", device.is_ecc_enabled(), unread).map(|state| state.currently_enabled);
    let milliwatts = said("power limit", device.enforced_power_limit(), unread);
    card.power_limit_watts = milliwatts.map(|milliwatts| f64::from(milliwatts) / 1000.0);
    card.graphics_mhz = said("graphics clock", device.clock_info(Clock::Graphics), unread);
    card.memory_mhz = said("memory clock", device.clock_info(Clock::Memory), unread);
    let reasons = said("throttle reasons", device.current_throttle_reasons(), unread);
    card.throttle = reasons.map(throttle).unwrap_or_default();
    card.processes = processes(nvml, device, unread);
}

/// What holds the clocks down. Nothing to do is no such reason, nor is a setting that somebody chose.
fn throttle(reasons: ThrottleReasons) -> Vec<String> {
    const NAMES: &[(ThrottleReasons, &str)] = &[
        (ThrottleReasons::SW_POWER_CAP, "sw-power-cap"),
        (ThrottleReasons::HW_SLOWDOWN, "hw-slowdown"),
        (ThrottleReasons::SYNC_BOOST, "sync-boost"),
        (ThrottleReasons::SW_THERMAL_SLOWDOWN, "sw-thermal-slowdown"),
        (ThrottleReasons::HW_THERMAL_SLOWDOWN, "hw-thermal-slowdown"),
        (ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN, "hw-power-brake-slowdown"),
    ];
    let names = NAMES.iter().filter(|(reason, _)| reasons.contains(*reason));
    names.map(|(_, name)| (*name).to_string()).collect()
}

fn processes(nvml: &Nvml, device: &Device<'_>, unread: &mut Vec<String>) -> Vec<CardProcess> {
    let found = said("processes", device.running_compute_processes(), unread).unwrap_or_default();
    let mut processes: Vec<CardProcess> = found
        .into_iter()
        .map(|process| CardProcess {
            pid: process.pid,
            program: nvml
                .sys_process_name(process.pid, NAME)
                .ok()
                .and_then(|name| program(&name)),
            used_bytes: match process.used_gpu_memory {
                UsedGpuMemory::Used(bytes) => Some(bytes),
                UsedGpuMemory::Unavailable => None,
            },
        })
        .collect();
    processes.sort_by_key(|process| process.pid);
    processes
}

/// A program's file alone: folders and arguments are nobody's business.
fn program(line: &str) -> Option<String> {
    let file = line.split_whitespace().next()?.rsplit('/').next()?;
    (!file.is_empty()).then(|| file.to_string())
}

/// What the library answered; what it refused is noted with the reason.
fn said<T>(what: &str, answer: Result<T, NvmlError>, unread: &mut Vec<String>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(error) => {
            unread.push(format!("{what}: {}", why(&error)));
            None
        }
    }
}

/// The reason in words that are the same on every machine.
fn why(error: &NvmlError) -> String {
    match error {
        NvmlError::LibloadingError(_) => {
            "NVIDIA's library (libnvidia-ml) is not there, or cannot be loaded".to_string()
        }
        NvmlError::FailedToLoadSymbol(_) => "the library has no such function".to_string(),
        NvmlError::NotSupported => "not supported".to_string(),
        NvmlError::NoPermission => "no permission".to_string(),
        NvmlError::DriverNotLoaded => "the driver is not loaded".to_string(),
        NvmlError::GpuLost => "the card is lost: it fell off the bus".to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_library_is_said_and_nothing_fails() {
        let gpus = cards(Some(Path::new("/nowhere/libnvidia-ml.so.1")));
        assert!(gpus.cards.is_empty());
        assert_eq!(
            gpus.unread,
            ["no card was read: NVIDIA's library (libnvidia-ml) is not there, or cannot be loaded"]
        );
        assert!(!is_stand_in(&gpus));
    }

    #[test]
    fn only_what_holds_a_card_down_is_a_reason() {
        let idle = ThrottleReasons::GPU_IDLE | ThrottleReasons::APPLICATIONS_CLOCKS_SETTING;
        assert!(throttle(idle).is_empty());
        let hot = ThrottleReasons::HW_THERMAL_SLOWDOWN | ThrottleReasons::SW_POWER_CAP;
        assert_eq!(throttle(hot), ["sw-power-cap", "hw-thermal-slowdown"]);
    }

    #[test]
    fn a_process_is_known_by_its_file() {
        assert_eq!(
            program("/home/ann/bin/python train.py --key x").as_deref(),
            Some("python")
        );
        assert_eq!(program(""), None);
    }
}

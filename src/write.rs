//! The one place that writes files: beside the target first, then renamed, so that a report is whole or not there.
//!
//! Why it can be wrong: a report that is cut off in the middle looks like one with fewer claims. A disk that is full says
//! so when the bytes are forced out, on a network only then; a limit on the size of files (`RLIMIT_FSIZE`) says so by a
//! signal that would end us with the unfinished file left behind, so it is caught, and the write fails instead.
//!
//! Example: `write::file(Path::new("reports/setup.es.md"), bytes)`.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Once};

use anyhow::Context as _;

static LIMIT_IS_AN_ERROR: Once = Once::new();

/// Writes the whole file, or leaves what was there.
pub fn file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    LIMIT_IS_AN_ERROR.call_once(|| {
        // Where it cannot be caught, it ends us as it always did.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    });
    let mut beside = tempfile::Builder::new()
        .prefix(".verify-")
        .permissions_like(path)
        .tempfile_in(folder)
        .with_context(|| format!("failed to write in {}", folder.display()))?;
    beside
        .write_all(bytes)
        .and_then(|()| beside.as_file().sync_all())
        .with_context(|| format!("failed to write {}", path.display()))?;
    beside
        .persist(path)
        .with_context(|| format!("failed to write {}", path.display()))?;
    Ok(())
}

/// Whether something is there that writing would replace.
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// [`file`], its folder made where there is none.
pub fn new_folder_and_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    folder_of(path)?;
    file(path, bytes)
}

/// Makes the folder that a file is to lie in.
pub fn folder_of(path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    }
    Ok(())
}

/// Removes a file that we wrote.
pub fn remove(path: &Path) -> anyhow::Result<()> {
    std::fs::remove_file(path).with_context(|| format!("failed to remove {}", path.display()))
}

/// A report is for others to read: the permissions of the file it replaces, else those of a new file.
trait PermissionsLike {
    fn permissions_like(&mut self, path: &Path) -> &mut Self;
}

impl PermissionsLike for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like(&mut self, path: &Path) -> &mut Self {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
        self.permissions(std::fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    fn permissions_like(&mut self, _: &Path) -> &mut Self {
        self
    }
}

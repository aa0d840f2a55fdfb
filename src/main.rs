//! The entry: arguments in, exit code out.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use verify::cli::{Cli, not_built};
use verify::exit::Exit;
use verify::live::guard;
use verify::run::{self, Terminal};

fn main() -> ExitCode {
    if let Some(code) = guard::play(std::env::args_os().skip(1)) {
        return ExitCode::from(code);
    }
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if let Some(answer) = not_built(&words) {
        return say(&format!("error: {answer}\n"), Exit::Usage);
    }
    // Prints help, version and mistakes in the arguments itself; mistakes end with 2.
    let arguments = Cli::parse();
    let terminal = Terminal {
        width: width(),
        color: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    match run::run(&arguments, terminal) {
        Ok(done) => {
            let mut out = std::io::stdout().lock();
            // A reader that went away (`| head`) is no failure of ours.
            let _ = out.write_all(done.output.as_bytes()).and_then(|()| out.flush());
            ExitCode::from(done.exit.code())
        }
        Err(failure) => say(&failure.to_string(), failure.exit()),
    }
}

fn say(message: &str, exit: Exit) -> ExitCode {
    let _ = std::io::stderr().write_all(message.as_bytes());
    ExitCode::from(exit.code())
}

/// Columns: as the terminal says, else as `COLUMNS` does, else 100.
fn width() -> u16 {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    told.or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0))
        .unwrap_or(100)
        .clamp(60, 240)
}

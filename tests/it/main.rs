//! Black-box tests of the binary, and properties over every claim file of the repository.
//!
//! `cases` holds the verdicts against those written beside the claims, `properties` what must hold whatever the verdict
//! is, `claim_errors` and `cli` what a user sees, `layers` how the source is built.
//!
//! Why it can be wrong: an expectation that is copied from the program holds it against itself. Those in
//! `fixtures/cases` and `claims` were written by hand, and a claim without one fails the tests.

mod beside;
mod cases;
mod claim_errors;
mod cli;
mod corpus;
mod hostile;
mod init;
mod layers;
mod live;
mod printed;
mod probe;
mod program;
mod properties;
mod reads;
mod recall;
mod reports;
mod signed;
#[cfg(unix)]
mod slurm;
mod timed;
mod unimported;
mod watched;
mod within;

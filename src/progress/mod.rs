//! What earlier sessions mean for the next one: pure functions of what happened and of the parameters.
//! Must not read, write, or ask a clock: the time is given.

pub mod gates;

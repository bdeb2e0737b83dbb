//! How soon a thread runs when the machine is busy. Owns the asking; must not insist.

use rustix::process::setpriority_process;
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// Above every ordinary thread, below what the kernel and careful sound servers use.
const REAL_TIME: u8 = 10;
/// The next best, as sound servers have it.
const NICE: i32 = -11;

/// Makes this thread, and those it starts, as urgent as this user may. Without any right nothing changes: the
/// queue is deep enough for that.
pub fn raise() {
    let round_robin = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
    let Ok(level) = ThreadPriorityValue::try_from(REAL_TIME) else { return };
    let level = ThreadPriority::Crossplatform(level);
    if set_thread_priority_and_policy(thread_native_id(), level, round_robin).is_err() {
        // On Linux this is the calling thread alone.
        let _ = setpriority_process(None, NICE);
    }
}

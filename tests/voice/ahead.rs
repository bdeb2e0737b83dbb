//! The worker: order, room, failures and its end.

use super::*;

fn worker() -> (Ahead, Receiver<Report>, Arc<AtomicUsize>) {
    let (tone, asked) = Tone::new(48_000);
    let (sender, receiver) = mpsc::channel();
    let ahead = Ahead::start(Studio::new(Box::new(tone), None), sender).expect("a thread");
    (ahead, receiver, asked)
}

fn report(reports: &Receiver<Report>) -> (String, bool) {
    match reports.recv_timeout(Duration::from_secs(5)).expect("a report") {
        Report::Ready(line) => (line.text.to_string(), true),
        Report::Failed(line, _) => (line.text.to_string(), false),
    }
}

fn lines(texts: &[&str]) -> Vec<Line> {
    texts.iter().map(|text| line(text)).collect()
}

#[test]
fn wishes_are_met_in_order_and_only_once() {
    let (ahead, reports, asked) = worker();
    ahead.want(lines(&["one", "two", "one", "three"]));
    assert_eq!(
        ["one", "two", "three"].map(|text| (text.to_owned(), true)),
        [(); 3].map(|()| report(&reports))
    );
    ahead.want(lines(&["two", "three"]));
    assert!(ahead.take(&line("two")).is_some());
    assert!(ahead.take(&line("one")).is_none(), "no longer wished");
    assert!(ahead.wait(&line("three")).is_ok());
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn waiting_needs_no_wish() {
    let (ahead, _, _) = worker();
    assert!(ahead.wait(&line("one")).is_ok());
    assert!(ahead.take(&line("one")).is_none(), "not kept");
}

#[test]
fn a_failure_stays_with_its_line() {
    let (ahead, reports, asked) = worker();
    ahead.want(lines(&["fail", "panic", "one"]));
    let all = [(); 3].map(|()| report(&reports));
    assert_eq!(all, [("fail".into(), false), ("panic".into(), false), ("one".into(), true)]);
    assert!(ahead.wait(&line("fail")).is_err());
    assert!(ahead.wait(&line("panic")).is_err());
    assert!(ahead.take(&line("one")).is_some());
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    // Wished for anew, it is tried anew.
    ahead.want(Vec::new());
    ahead.want(lines(&["fail"]));
    assert_eq!(report(&reports), ("fail".into(), false));
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

/// Ten seconds of silence for every line, at once.
struct Long(Arc<AtomicUsize>);

impl Synth for Long {
    fn id(&self) -> String {
        "long".into()
    }

    fn synth(&mut self, _: &Line) -> Result<Pcm, VoiceError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Pcm { samples: vec![0.0; 480_000], rate: RATE })
    }

    fn finished(&self) -> bool {
        true
    }
}

#[test]
fn no_more_is_kept_than_there_is_room_for() {
    let asked = Arc::default();
    let (sender, reports) = mpsc::channel();
    let studio = Studio::new(Box::new(Long(Arc::clone(&asked))), None);
    let ahead = Ahead::start(studio, sender).expect("a thread");
    let many: Vec<Line> = (0..50).map(|at| line(&at.to_string())).collect();
    ahead.want(many.clone());
    (0..9).for_each(|_| drop(report(&reports)));
    assert!(reports.recv_timeout(Duration::from_millis(300)).is_err(), "the room is full");
    assert!(ahead.wait(&many[49]).is_ok(), "waiting is served beyond the room");
    assert_eq!(report(&reports), ("49".into(), true));
    ahead.want(many[5..].to_vec());
    assert_eq!([(); 5].map(|()| report(&reports).0), ["9", "10", "11", "12", "13"], "as much as was freed");
    let urgent = [&[line("urgent")], &many[5..]].concat();
    ahead.want(urgent);
    assert_eq!(report(&reports), ("urgent".into(), true));
    assert!(ahead.take(&many[12]).is_some());
    assert!(ahead.take(&many[13]).is_none(), "the last makes room for the urgent one");
    assert!(reports.recv_timeout(Duration::from_millis(300)).is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 16);
}

#[test]
fn the_end_does_not_wait_for_a_hung_line() {
    let (ahead, _, asked) = worker();
    ahead.want(lines(&["hang"]));
    while asked.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let start = Instant::now();
    drop(ahead);
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn nobody_need_listen_to_the_reports() {
    let (ahead, reports, _) = worker();
    drop(reports);
    ahead.want(lines(&["one"]));
    assert!(ahead.wait(&line("one")).is_ok());
}

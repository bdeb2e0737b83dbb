//! The page as a browser shows it, prints it and reads it out: headless Chromium, spoken to over a pipe.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use flate2::read::ZlibDecoder;
use serde_json::{Value, json};

use crate::past::{HOSTILE, SINCE, live_through};
use crate::user::User;

struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    number: i64,
    /// What it told without being asked.
    events: Vec<Value>,
}

impl Browser {
    fn start(home: &Path) -> Self {
        // Chromium reads commands from file 3 and answers on file 4.
        let script = "exec timeout 60 chromium --headless=new --no-sandbox --disable-gpu --no-first-run \
                      --disable-dev-shm-usage --user-data-dir=\"$0\" --remote-debugging-pipe about:blank \
                      3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut child = Command::new("sh")
            .args(["-c", script, &home.join("chromium").display().to_string()])
            .env("HOME", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut browser = Self { child, to, from, session: None, number: 0, events: Vec::new() };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let target = json!({ "targetId": target["targetId"], "flatten": true });
        browser.session =
            browser.ask("Target.attachToTarget", &target)["sessionId"].as_str().map(str::to_owned);
        browser
    }

    fn next(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert_eq!(message.pop(), Some(0), "the browser is gone");
        serde_json::from_slice(&message).unwrap()
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        let mut command = json!({ "id": self.number, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.to.write_all(&serde_json::to_vec(&command).unwrap()).unwrap();
        self.to.write_all(&[0]).unwrap();
        loop {
            let message = self.next();
            if message["id"] == json!(self.number) {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn open(&mut self, path: &Path) {
        for domain in ["Page", "Log", "Runtime", "Network", "Accessibility"] {
            self.ask(&format!("{domain}.enable"), &json!({}));
        }
        self.ask("Page.navigate", &json!({ "url": format!("file://{}", path.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let message = self.next();
            self.events.push(message);
        }
    }

    fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        self.ask("Runtime.evaluate", &asked)["result"]["value"].clone()
    }

    fn scheme(&mut self, scheme: &str) {
        let feature = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask("Emulation.setEmulatedMedia", &json!({ "features": feature }));
    }

    fn width(&mut self, width: u32) {
        let metrics = json!({ "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Red, green and blue of the page's first corner.
    fn corner(&mut self) -> [u8; 3] {
        let clip = json!({ "x": 0, "y": 0, "width": 1, "height": 1, "scale": 1 });
        let shot =
            self.ask("Page.captureScreenshot", &json!({ "clip": clip, "captureBeyondViewport": true }));
        let png = data(&shot);
        let at = png.windows(4).position(|name| name == b"IDAT").unwrap();
        // The first byte is the filter of the line, which changes nothing in its first pixel.
        let mut line = [0; 4];
        std::io::Read::read_exact(&mut ZlibDecoder::new(&png[at + 4..]), &mut line).unwrap();
        [line[1], line[2], line[3]]
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn data(answer: &Value) -> Vec<u8> {
    data_encoding::BASE64.decode(answer["data"].as_str().unwrap().as_bytes()).unwrap()
}

/// Role and name of each node that a screen reader meets.
fn tree(browser: &mut Browser) -> Vec<(String, String)> {
    let tree = browser.ask("Accessibility.getFullAXTree", &json!({}));
    let text = |node: &Value, what: &str| node[what]["value"].as_str().unwrap_or_default().to_owned();
    let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != json!(true));
    nodes
        .map(|node| (text(node, "role"), format!("{} {}", text(node, "name"), text(node, "description"))))
        .collect()
}

const HEADINGS: [&str; 10] = [
    "Pain and practice",
    "Summary",
    "Pain",
    "Practice",
    "What eased and what spread",
    "Exercises",
    "Answers",
    "Referrals",
    "Last sessions",
    "Figures behind the charts",
];

/// Pairs of labels in charts that lie over each other.
const OVERLAPS: &str = "[...document.querySelectorAll('svg')].flatMap(svg => {
    const all = [...svg.querySelectorAll('text')].map(text => [text.textContent.trim(), text.getBoundingClientRect()]);
    return all.flatMap(([a, p], i) => all.slice(i + 1).filter(([, q]) =>
        p.left < q.right && q.left < p.right && p.top + 2 < q.bottom && q.top + 2 < p.bottom).map(([b]) => a + ' / ' + b));
})";

#[test]
#[ignore = "wants chromium and pdfinfo, which script/test installs"]
fn the_page_in_a_browser() {
    let user = User::new();
    live_through(&user);
    let path = user.path("report.html");
    let made = user.run(&["report", "--since", SINCE, "--html", &path.display().to_string()]);
    assert_eq!(made.code, 0, "{}", made.err);
    let mut browser = Browser::start(&user.path("here"));
    browser.width(900);
    browser.open(&path);
    looks(&mut browser);
    reads(&mut browser);
    prints(&mut browser, &user.path("report.pdf"));
    let told: Vec<&Value> = browser.events.iter().filter(|event| is_trouble(event)).collect();
    assert!(told.is_empty(), "{told:?}");
    let asked = browser.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    let urls: Vec<&str> = asked.filter_map(|event| event["params"]["request"]["url"].as_str()).collect();
    assert_eq!(urls, [format!("file://{}", path.display())], "nothing is loaded but the page");
}

fn is_trouble(event: &Value) -> bool {
    let names = [
        "Log.entryAdded",
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
        "Page.javascriptDialogOpening",
    ];
    names.iter().any(|name| event["method"] == *name)
}

fn looks(browser: &mut Browser) {
    let [light, dark] = ["light", "dark"].map(|scheme| {
        browser.scheme(scheme);
        browser.corner()
    });
    assert_eq!((light, dark), ([0xff; 3], [0x14, 0x19, 0x1d]));
    let ink = "getComputedStyle(document.querySelector('svg text')).fill";
    let dark = browser.evaluate(ink);
    browser.scheme("light");
    assert_ne!(browser.evaluate(ink), dark, "charts follow the page");
    assert_eq!(browser.evaluate("document.scripts.length"), json!(0));
    for width in [900, 400] {
        browser.width(width);
        assert_eq!(browser.evaluate(OVERLAPS), json!([]), "at {width}");
        let wide = browser.evaluate("document.documentElement.scrollWidth");
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{wide} wide: it scrolls sideways at {width}");
    }
    browser.width(900);
    let shown = browser.evaluate("document.body.innerText");
    assert!(shown.as_str().unwrap().contains(HOSTILE), "as it was told, and no more than text");
}

fn reads(browser: &mut Browser) {
    let tree = tree(browser);
    let of =
        |role: &str| tree.iter().filter(|node| node.0 == role).map(|node| node.1.trim()).collect::<Vec<_>>();
    let headings = "[...document.querySelectorAll('h1, h2, h3')].map(heading => heading.textContent)";
    let headings = browser.evaluate(headings);
    assert_eq!(headings.as_array().unwrap()[..HEADINGS.len()], HEADINGS);
    assert!(HEADINGS.iter().all(|heading| of("heading").contains(heading)), "{:?}", of("heading"));
    assert_eq!(browser.evaluate("document.documentElement.lang"), json!("en"));
    for (role, count) in [("banner", 1), ("main", 1), ("contentinfo", 1), ("navigation", 1), ("table", 7)] {
        assert_eq!(of(role).len(), count, "{role}: {:?}", of(role));
    }
    let captions =
        ["before and after the exercises, by week", "Sessions and minutes, by week", "each exercise"];
    for caption in captions {
        assert!(of("table").iter().any(|name| name.contains(caption)), "{caption}: {:?}", of("table"));
    }
    let images = ["image", "img"].into_iter().flat_map(of).collect::<Vec<_>>();
    assert_eq!(images.len(), 2, "{images:?}");
    assert!(images[0].contains("Before the exercises: first 7.") && images[0].contains("30 %"), "{images:?}");
    assert!(images[1].contains("Minutes: first"), "{images:?}");
    assert!(of("columnheader").len() > 20 && of("rowheader").len() > 20);
}

fn prints(browser: &mut Browser, path: &Path) {
    let paper = json!({ "preferCSSPageSize": true, "printBackground": true });
    fs::write(path, data(&browser.ask("Page.printToPDF", &paper))).unwrap();
    let info = Command::new("pdfinfo").arg(path).output().unwrap();
    let info = String::from_utf8_lossy(&info.stdout).into_owned();
    let line = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    assert!(line("Page size:").ends_with("(A4)"), "{info}");
    let pages: u32 = line("Pages:").parse().unwrap();
    assert!((2..=8).contains(&pages), "{info}");
}

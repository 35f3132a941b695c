//! How fast each stage of the pipeline is, and all of them together, on every mix of the generator.
//!
//! ```sh
//! cargo bench --bench pipeline            # all
//! cargo bench --bench pipeline -- decode  # one stage
//! ```
//!
//! Throughput is in frames and bytes of the capture. Each stage holds the ones before it: what one costs is the difference.
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a bench states its invariants")]

mod generator;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use generator::{Format, Mix};
use tlswalk::base::frame::Frame;
use tlswalk::capture::{CaptureFacts, read_frames};
use tlswalk::decode::{Decoded, Decoder};
use tlswalk::profile::Profile;
use tlswalk::report::json;
use tlswalk::report::text::{TextStyle, write_text};
use tlswalk::{Analyzer, Options, analyze};

/// Large enough that what is done once per capture does not count, small enough for the second-level cache to be no help.
const BYTES: u64 = 4_000_000;

/// A capture with its name and number of frames.
struct Input {
    name: String,
    capture: Vec<u8>,
    frames: u64,
}

fn inputs() -> Vec<Input> {
    let pcap = Mix::ALL.map(|mix| (mix, Format::Pcap));
    pcap.into_iter()
        .chain([(Mix::Mixed, Format::Pcapng)])
        .map(|(mix, format)| {
            let capture = generator::capture(mix, format, BYTES);
            let frames = facts(&capture).frames;
            let suffix = if format == Format::Pcapng { "-pcapng" } else { "" };
            Input {
                name: format!("{}{suffix}", mix.name()),
                capture,
                frames,
            }
        })
        .collect()
}

fn facts(capture: &[u8]) -> CaptureFacts {
    read_frames(capture, |_| ControlFlow::Continue(())).unwrap()
}

fn options() -> Options {
    Options::new(Profile::built_in("cisco-smart-licensing").unwrap())
}

/// Hands each frame of a capture to `take`.
fn for_each(capture: &[u8], mut take: impl FnMut(&Frame<'_>)) -> CaptureFacts {
    read_frames(capture, |frame| {
        take(frame);
        ControlFlow::Continue(())
    })
    .unwrap()
}

/// One stage on every input.
fn stage(criterion: &mut Criterion, name: &str, inputs: &[Input], mut run: impl FnMut(&Input)) {
    let mut group = criterion.benchmark_group(name);
    for input in inputs {
        group.throughput(Throughput::ElementsAndBytes {
            elements: input.frames,
            bytes: input.capture.len() as u64,
        });
        group.bench_function(&input.name, |bench| bench.iter(|| run(input)));
    }
}

fn stages(criterion: &mut Criterion) {
    let (inputs, options) = (inputs(), options());
    stage(criterion, "read", &inputs, |input| {
        let mut bytes = 0;
        for_each(&input.capture, |frame| bytes += frame.data.len());
        black_box(bytes);
    });
    stage(criterion, "decode", &inputs, |input| {
        let (mut decoder, mut segments) = (Decoder::new(), 0_u64);
        for_each(&input.capture, |frame| {
            decoder.decode(frame, &mut |decoded| {
                segments += u64::from(matches!(decoded, Decoded::Tcp(_)))
            });
        });
        black_box(segments);
    });
    stage(criterion, "follow", &inputs, |input| {
        let mut analyzer = Analyzer::new(&options);
        black_box(for_each(&input.capture, |frame| analyzer.push(frame)));
        black_box(analyzer);
    });
    stage(criterion, "judge", &inputs, |input| {
        black_box(analyze(&input.capture[..], &input.name, &options).unwrap());
    });
}

/// Writing the report, on captures that make a large one.
fn reports(criterion: &mut Criterion) {
    let options = options();
    let capture = generator::capture(Mix::Licensing, Format::Pcap, 400_000);
    let report = analyze(&capture[..], "licensing", &options).unwrap();
    let mut group = criterion.benchmark_group("report");
    group.throughput(Throughput::Elements(report.attempts.len() as u64));
    let mut page = Vec::new();
    group.bench_function("text", |bench| {
        bench.iter(|| {
            page.clear();
            write_text(&report, &mut page, &TextStyle::default()).unwrap();
        });
    });
    group.bench_function("json", |bench| {
        bench.iter(|| {
            page.clear();
            json::write_line(&report, &mut page).unwrap();
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = stages, reports
}
criterion_main!(benches);

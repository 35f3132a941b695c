//! A classic pcap file → variants of it in which something is missing: what is still claimed must be true of what is left.

use super::wire;

/// Records of a little-endian pcap file: header and records. `None`: another format.
fn records(file: &[u8]) -> Option<(&[u8], Vec<&[u8]>)> {
    let magic = file.get(..4)?;
    if magic != [0xd4, 0xc3, 0xb2, 0xa1] && magic != [0x4d, 0x3c, 0xb2, 0xa1] {
        return None;
    }
    let (mut at, mut found) = (24, Vec::new());
    while let Some(length) = file.get(at + 8..at + 12) {
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        found.push(file.get(at..at + 16 + length)?);
        at += 16 + length;
    }
    Some((&file[..24], found))
}

/// Each with a name: frames left out, cut, doubled, exchanged.
pub fn variants(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Some((header, all)) = records(file) else {
        return Vec::new();
    };
    let with = |name: String, kept: Vec<&[u8]>| (name, [&[header], &kept[..]].concat().concat());
    let mut found = Vec::new();
    for step in [3, 4, 5, 7] {
        for from in 0..step.min(3) {
            let kept = all
                .iter()
                .enumerate()
                .filter(|(at, _)| at % step != from)
                .map(|(_, it)| *it);
            found.push(with(format!("without every {step}th from {from}"), kept.collect()));
        }
    }
    for at in [
        all.len() / 3,
        all.len() / 2,
        all.len() * 2 / 3,
        all.len().saturating_sub(1),
    ] {
        found.push(with(format!("the first {at}"), all[..at].to_vec()));
        found.push(with(format!("all but the first {at}"), all[at..].to_vec()));
    }
    found.push(with(
        "each twice".into(),
        all.iter().flat_map(|it| [*it, *it]).collect(),
    ));
    let mut exchanged = all.clone();
    exchanged.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
    found.push(with("neighbours exchanged".into(), exchanged));
    for snap in [96_usize, 200] {
        let cut: Vec<Vec<u8>> = all
            .iter()
            .map(|it| {
                let data = &it[16..it.len().min(16 + snap)];
                let length = (data.len() as u32).to_le_bytes();
                [&it[..8], &length, &it[12..16], data].concat()
            })
            .collect();
        found.push(with(
            format!("cut to {snap} bytes"),
            cut.iter().map(Vec::as_slice).collect(),
        ));
    }
    found.retain(|(_, file)| wire::read(file).is_some());
    found
}

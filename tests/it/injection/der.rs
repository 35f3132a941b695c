//! names → certificate: DER with any bytes in its texts, signed by nobody.

use crate::scenario::messages::noise;

/// What a certificate says.
pub(super) struct Certificate<'a> {
    pub(super) subject: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) serial: &'a [u8],
    /// General names of the subject, in DER.
    pub(super) names: Vec<u8>,
    /// Where the revocation list is.
    pub(super) list: Vec<u8>,
}

impl Certificate<'static> {
    pub(super) const PLAIN: Self = Self {
        subject: b"service.example",
        issuer: b"Example CA",
        serial: &[0x12, 0x34],
        names: Vec::new(),
        list: Vec::new(),
    };
}

/// One value of DER.
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        len @ 0..=127 => vec![len as u8],
        len => [&[0x82], &u16::try_from(len).unwrap().to_be_bytes()[..]].concat(),
    };
    [&[tag], &length[..], content].concat()
}

/// A distinguished name with a common name and an organization.
pub(super) fn name(text: &[u8]) -> Vec<u8> {
    let attribute = |kind: u8| {
        let pair = [value(0x06, &[0x55, 0x04, kind]), value(0x0c, text)].concat();
        value(0x31, &value(0x30, &pair))
    };
    value(0x30, &[attribute(3), attribute(10)].concat())
}

pub(super) fn certificate(it: &Certificate<'_>) -> Vec<u8> {
    const SHA256_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let algorithm = |oid: &[u8]| value(0x30, &[value(0x06, oid), value(0x05, &[])].concat());
    let modulus = [&[0, 0xc1][..], &noise(21, 255)].concat();
    let key = value(0x30, &[value(0x02, &modulus), value(0x02, &[1, 0, 1])].concat());
    let key = value(
        0x30,
        &[algorithm(RSA), value(0x03, &[&[0], &key[..]].concat())].concat(),
    );
    let names = match it.names.is_empty() {
        true => value(0x82, b"service.example"),
        false => it.names.clone(),
    };
    let mut extensions = extension(0x11, &value(0x30, &names));
    if !it.list.is_empty() {
        let point = value(0xa0, &value(0xa0, &value(0x86, &it.list)));
        extensions.extend(extension(0x1f, &value(0x30, &value(0x30, &point))));
    }
    let days = [value(0x17, b"260125000000Z"), value(0x17, b"260208000000Z")].concat();
    let body = [
        value(0xa0, &value(0x02, &[2])),
        value(0x02, it.serial),
        algorithm(SHA256_RSA),
        name(it.issuer),
        value(0x30, &days),
        name(it.subject),
        key,
        value(0xa3, &value(0x30, &extensions)),
    ];
    let signature = value(0x03, &[&[0][..], &noise(22, 256)].concat());
    value(
        0x30,
        &[value(0x30, &body.concat()), algorithm(SHA256_RSA), signature].concat(),
    )
}

fn extension(kind: u8, content: &[u8]) -> Vec<u8> {
    value(0x30, &[value(0x06, &[0x55, 0x1d, kind]), value(0x04, content)].concat())
}

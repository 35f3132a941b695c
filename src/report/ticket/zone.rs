//! Option → UtcOffset: the time zone of the addressed team.

use time::UtcOffset;

/// Reads a time zone: `UTC`, `Z`, or an offset such as `+09:00`. Names of zones are not accepted: only an offset is
/// unambiguous.
///
/// # Errors
/// A clause that says how to write a time zone.
pub fn zone(text: &str) -> Result<UtcOffset, String> {
    if matches!(text, "UTC" | "utc" | "Z" | "z") {
        return Ok(UtcOffset::UTC);
    }
    let how = || "write UTC, or the offset from it, e.g. +09:00 or -05:30".to_owned();
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1_i8, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return Err(how()),
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    let is_form = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = digits.split_at_checked(2).filter(|_| is_form).ok_or_else(how)?;
    let (hours, minutes) = (
        hours.parse::<i8>().map_err(|_| how())?,
        minutes.parse::<i8>().map_err(|_| how())?,
    );
    // The largest offset in use is +14:00.
    if hours > 14 || minutes > 59 {
        return Err(how());
    }
    UtcOffset::from_hms(hours.saturating_mul(sign), minutes.saturating_mul(sign), 0).map_err(|_| how())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_an_offset() {
        assert_eq!(zone("+09:00"), Ok(UtcOffset::from_hms(9, 0, 0).unwrap()));
        assert_eq!(zone("-0530"), Ok(UtcOffset::from_hms(-5, -30, 0).unwrap()));
        assert_eq!(zone("UTC"), Ok(UtcOffset::UTC));
        for wrong in ["JST", "+9", "+25:00", "+09:99", "", "9:00", "+０９:00"] {
            assert!(zone(wrong).unwrap_err().contains("+09:00"), "{wrong}");
        }
    }
}

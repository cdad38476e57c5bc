//! Pictures are painted anew: what is kept is what was seen, upright and in the colours of its profile, and nothing that
//! was hidden beside it.
//!
//! Decoding is where a small file can ask for much: a picture says first how large it will be, and is refused by that.

use std::io::{self, Cursor};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits, RgbImage,
};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::model::FileKind;
use super::rules::MAX_BYTES;

/// Bytes of a decoded picture: 33 million pixels of three bytes. While it is decoded or turned, up to three times as
/// much is held, see [`needed`].
const MAX_DECODED: u64 = 96 * 1024 * 1024;

/// Bytes of a picture as it is kept: four times the largest upload. Only what was packed with loss and has to be kept without
/// grows so much.
const MAX_KEPT: usize = 4 * MAX_BYTES;
const MAX_SIDE: u32 = 20_000;

/// Longest side of a thumbnail.
const THUMBNAIL_SIDE: u32 = 480;

const QUALITY: u8 = 88;
const THUMBNAIL_QUALITY: u8 = 78;

/// A picture as it is kept.
pub struct Picture {
    /// An opaque WebP becomes a JPEG: only the lossless kind could be written, and a photograph would grow tenfold.
    pub kind: FileKind,
    pub bytes: Vec<u8>,
    /// Always a JPEG.
    pub thumbnail: Vec<u8>,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has too many pixels; about so many millions of its kind would be taken.
    TooLarge { megapixels: u64 },
    /// It cannot be decoded to its end.
    Broken,
}

/// Paints `bytes`, a picture of that kind, anew, unless that takes more than `most` bytes of memory.
pub fn repaint(bytes: &[u8], kind: FileKind, most: u64) -> Result<Picture, Unfit> {
    let picture = decode(bytes, kind, most)?;
    let pixels = u64::from(picture.width()) * u64::from(picture.height());
    let thumbnail = thumbnail(&picture).map_err(|_| Unfit::Broken)?;
    let (kind, bytes) = encode(picture, kind).map_err(|error| match error {
        // half of it will do
        ImageError::IoError(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Unfit::TooLarge { megapixels: pixels / 2_000_000 }
        }
        _ => Unfit::Broken,
    })?;
    Ok(Picture { kind, bytes, thumbnail })
}

fn decode(bytes: &[u8], kind: FileKind, most: u64) -> Result<DynamicImage, Unfit> {
    let format = match kind {
        FileKind::Jpeg => ImageFormat::Jpeg,
        FileKind::Png => ImageFormat::Png,
        FileKind::Webp => ImageFormat::WebP,
        FileKind::Pdf | FileKind::Docx | FileKind::Xlsx => return Err(Unfit::Broken),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED + MAX_DECODED / 4);
    if kind == FileKind::Jpeg && !is_whole_jpeg(bytes) {
        return Err(Unfit::Broken);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unfit)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (decoded, needed) = (decoder.total_bytes(), needed(&decoder, bytes, kind, orientation));
    if decoded > MAX_DECODED || needed > most {
        let (width, height) = decoder.dimensions();
        let share = (MAX_DECODED as f64 / decoded as f64).min(most as f64 / needed as f64);
        return Err(Unfit::TooLarge { megapixels: (f64::from(width) * f64::from(height) * share / 1e6) as u64 });
    }
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    let mut picture = match profile {
        Some(profile) => in_usual_colours(picture, &profile),
        None => picture,
    };
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Bytes that are held at once while a picture is decoded and turned, with a quarter of it for what is made of it; measured
/// with pictures of 33 million pixels of every kind.
fn needed(decoder: &impl ImageDecoder, bytes: &[u8], kind: FileKind, orientation: Orientation) -> u64 {
    let decoded = decoder.total_bytes();
    let decoding = decoded
        + match kind {
            FileKind::Jpeg => progressive_bytes(bytes),
            // brightness and colours beside the pixels, or the pixels before they are put into their places
            FileKind::Webp => decoded + decoded / 2,
            // of sixteen bits a sample eight are kept
            _ => decoded / 2 * u64::from(decoder.color_type().bytes_per_pixel() > decoder.color_type().channel_count()),
        };
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    let is_turned = matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH);
    decoding.max(if is_turned { 2 * decoded } else { 0 }) + decoded / 4
}

/// Bytes of the coefficients that a progressive JPEG collects from scan to scan: two for each sample; none of a usual one,
/// which is decoded row by row.
fn progressive_bytes(bytes: &[u8]) -> u64 {
    let (mut at, mut needed) = (2, 0);
    while let Some([0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([*high, *low])).max(2);
        match marker {
            // fillers before a marker, and markers without anything behind them
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            // a scan begins
            0xDA => break,
            0xC2 => {
                needed = needed.max(bytes.get(at + 4..at + 2 + length).map_or(0, coefficients));
                at += 2 + length;
            }
            _ => at += 2 + length,
        }
    }
    needed
}

/// Bytes of the coefficients of a frame.
fn coefficients(frame: &[u8]) -> u64 {
    let [_, h1, h0, w1, w0, _, components @ ..] = frame else { return 0 };
    let [height, width] = [[*h1, *h0], [*w1, *w0]].map(|pair| u64::from(u16::from_be_bytes(pair)));
    let samples = components.chunks_exact(3).map(|one| (u64::from(one[1] >> 4), u64::from(one[1] & 15)));
    let most = samples.clone().fold((1, 1), |most, one| (most.0.max(one.0), most.1.max(one.1)));
    let of_each = samples.map(|(across, down)| width * height * across * down / (most.0 * most.1));
    2 * of_each.sum::<u64>()
}

/// Whether a JPEG goes on to its end: the decoder paints grey what is missing. Walks from segment to segment, and within a
/// scan to the next marker; what lies behind the end (a second picture, a short film) is not looked at.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    let mut scans = 0;
    loop {
        // bytes of a scan, and fillers before a marker
        let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) else {
            return false;
        };
        at += step;
        let Some(marker) = bytes.get(at + 1) else { return false };
        match marker {
            // a byte of a scan that looks like a marker, a restart, a filler
            0x00 | 0x01 | 0xD0..=0xD8 => at += 2,
            0xFF => at += 1,
            0xD9 => return scans > 0,
            _ => {
                let Some([high, low]) = bytes.get(at + 2..at + 4) else { return false };
                scans += usize::from(*marker == 0xDA);
                at += 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2);
            }
        }
    }
}

/// The picture in sRGB, which everything shows: its profile is not kept, so its colours must be what they were with it.
fn in_usual_colours(picture: DynamicImage, profile: &[u8]) -> DynamicImage {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return picture };
    if profile.color_space != DataColorSpace::Rgb || !picture.color().has_color() {
        return picture;
    }
    let usual = ColorProfile::new_srgb();
    let layout = if picture.color().has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let Ok(turned) = profile.create_transform_8bit(layout, &usual, layout, TransformOptions::default()) else {
        return picture;
    };
    // row by row, so that no second picture is held
    let turn = |samples: &mut [u8], width: usize| {
        let mut row = vec![0; width];
        for part in samples.chunks_mut(width.max(1)) {
            let row = &mut row[..part.len()];
            if turned.transform(part, row).is_ok() {
                part.copy_from_slice(row);
            }
        }
    };
    if picture.color().has_alpha() {
        let mut picture = picture.into_rgba8();
        let width = picture.width() as usize * 4;
        turn(&mut picture, width);
        picture.into()
    } else {
        let mut picture = picture.into_rgb8();
        let width = picture.width() as usize * 3;
        turn(&mut picture, width);
        picture.into()
    }
}

fn unfit(error: image::ImageError) -> Unfit {
    match error {
        ImageError::Limits(_) => Unfit::TooLarge { megapixels: MAX_DECODED / 3_000_000 },
        _ => Unfit::Broken,
    }
}

/// Takes what is written, up to [`MAX_KEPT`] bytes.
#[derive(Default)]
struct Kept(Vec<u8>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_KEPT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn encode(picture: DynamicImage, kind: FileKind) -> ImageResult<(FileKind, Vec<u8>)> {
    let mut bytes = Kept::default();
    let has_alpha = picture.color().has_alpha();
    let is_grey = !picture.color().has_color();
    match kind {
        FileKind::Png if has_alpha => write(&picture.into_rgba8().into(), PngEncoder::new(&mut bytes))?,
        FileKind::Png if is_grey => write(&picture.into_luma8().into(), PngEncoder::new(&mut bytes))?,
        FileKind::Png => write(&picture.into_rgb8().into(), PngEncoder::new(&mut bytes))?,
        FileKind::Webp if has_alpha => write(&picture.into_rgba8().into(), WebPEncoder::new_lossless(&mut bytes))?,
        _ => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            write(&picture.into_rgb8().into(), encoder)?;
            return Ok((FileKind::Jpeg, bytes.0));
        }
    }
    Ok((kind, bytes.0))
}

fn write(picture: &DynamicImage, encoder: impl ImageEncoder) -> ImageResult<()> {
    picture.write_with_encoder(encoder)
}

fn thumbnail(picture: &DynamicImage) -> ImageResult<Vec<u8>> {
    let is_large = picture.width().max(picture.height()) > THUMBNAIL_SIDE;
    let small = if is_large { picture.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE) } else { picture.clone() };
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY);
    write(&on_white(small).into(), encoder)?;
    Ok(bytes)
}

/// What is transparent becomes white, as on paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let blend = |part: u8| {
            let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([blend(red), blend(green), blend(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a JPEG with one frame, whose components have these samples across and down.
    fn head(frame: u8, samples: [u8; 3]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, frame, 0, 17, 8, 0x12, 0x5C, 0x1B, 0x58, 3];
        bytes.extend((1..).zip(samples).flat_map(|(id, samples)| [id, samples, 0]));
        bytes.extend([0xFF, 0xDA, 0, 2]);
        bytes
    }

    #[test]
    fn a_progressive_picture_needs_two_bytes_for_each_sample_more() {
        let pixels = 7_000 * 4_700;
        assert_eq!(progressive_bytes(&head(0xC2, [0x11, 0x11, 0x11])), 6 * pixels);
        assert_eq!(progressive_bytes(&head(0xC2, [0x22, 0x11, 0x11])), 3 * pixels);
        assert_eq!(progressive_bytes(&head(0xC0, [0x22, 0x11, 0x11])), 0);
        for cut in 0..20 {
            assert_eq!(progressive_bytes(&head(0xC2, [0x22; 3])[..cut]), 0, "{cut}");
        }
    }

    #[test]
    fn a_picture_that_takes_too_much_memory_is_told_what_would_be_taken() {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(RgbImage::new(3_000, 2_000)).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        let bytes = bytes.into_inner();
        // of 18 MB decoded, and a quarter for what is made of it
        let needed = 18_000_000 / 4 * 5;
        assert!(repaint(&bytes, FileKind::Jpeg, needed).is_ok());
        assert_eq!(repaint(&bytes, FileKind::Jpeg, needed / 2).err(), Some(Unfit::TooLarge { megapixels: 3 }));
    }
}

//! Pictures are painted anew: what is kept is what was seen, upright and in the colours of its profile, and nothing that
//! was hidden beside it.
//!
//! Decoding is where a small file can ask for much: a picture says first how large it will be, and is refused by that.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, ImageResult, Limits, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::model::FileKind;

/// Bytes of a decoded picture: 33 million pixels of three bytes. While it is decoded or turned, up to three times as
/// much is held.
const MAX_DECODED: u64 = 96 * 1024 * 1024;
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
    /// It has too many pixels.
    TooLarge,
    /// It cannot be decoded to its end.
    Broken,
}

/// Paints `bytes`, a picture of that kind, anew.
pub fn repaint(bytes: &[u8], kind: FileKind) -> Result<Picture, Unfit> {
    let picture = decode(bytes, kind)?;
    let thumbnail = thumbnail(&picture).map_err(|_| Unfit::Broken)?;
    let (kind, bytes) = encode(picture, kind).map_err(|_| Unfit::Broken)?;
    Ok(Picture { kind, bytes, thumbnail })
}

fn decode(bytes: &[u8], kind: FileKind) -> Result<DynamicImage, Unfit> {
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
    if decoder.total_bytes() > MAX_DECODED {
        return Err(Unfit::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    let mut picture = match profile {
        Some(profile) => in_usual_colours(picture, &profile),
        None => picture,
    };
    picture.apply_orientation(orientation);
    Ok(picture)
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
        image::ImageError::Limits(_) => Unfit::TooLarge,
        _ => Unfit::Broken,
    }
}

fn encode(picture: DynamicImage, kind: FileKind) -> ImageResult<(FileKind, Vec<u8>)> {
    let mut bytes = Vec::new();
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
            return Ok((FileKind::Jpeg, bytes));
        }
    }
    Ok((kind, bytes))
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

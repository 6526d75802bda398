/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures out of PNG and JPEG files, and scaled to a size. C channels, H W picture. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJD_PICTURE_MAX_SIDE 32768
#define CJD_PICTURE_MAX_PIXELS (1u << 26)
#define CJD_PICTURE_MAX_FILE (256u << 20)

typedef struct
{
  guint width, height;
  gboolean colour; /* the file holds colour, not grey */
  guint8 *rgba;    /* height × width × 4, rows from the top; NULL if only the header was read */
} CjdPicture;

/* Reads the bytes of a PNG or JPEG file, the kind told by its first bytes; without `pixels` only the
 * header. Any colour type, bit depth (16 bits are cut to the upper 8) and interlacing; no gamma or
 * background is applied. A picture of more than CJD_PICTURE_MAX_PIXELS is refused before anything is
 * allocated for it. Free with cjd_picture_clear. Any thread. */
gboolean cjd_picture_parse (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture,
                            GError **error);
/* The same from a file, which the error names. */
gboolean cjd_picture_load (const char *path, gboolean pixels, CjdPicture *picture, GError **error);
void cjd_picture_clear (CjdPicture *picture);

/* Whether a file's name ends as that of a picture that can be read. */
gboolean cjd_picture_is_name (const char *name);

/* The picture on white paper as C (1: luma of ITU-R BT.601, or 3) planes of h × w bytes, scaled so that
 * it covers them; what stands out on two sides is cut off. */
void cjd_picture_fit (const CjdPicture *picture, guint c, guint h, guint w, guint8 *out);

/* One plane scaled so that it covers h × w, with a triangle filter as wide as a pixel of the coarser of
 * the two (bilinear when it grows, averaging when it shrinks). */
void cjd_plane_fit (const float *plane, guint from_h, guint from_w, guint h, guint w, float *out);

G_END_DECLS

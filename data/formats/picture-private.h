/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "picture.h"

G_BEGIN_DECLS

/* Refuses a size beyond the caps; allocates `rgba` if `pixels` are wanted. `why` takes the reason. */
gboolean cjd_picture_accept (CjdPicture *picture, gboolean pixels, char *why, gsize n_why);

/* FALSE with the reason in `why`; the caller clears the picture. */
gboolean cjd_png_read (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture,
                       char *why, gsize n_why);
gboolean cjd_jpeg_read (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture,
                        char *why, gsize n_why);

G_END_DECLS

